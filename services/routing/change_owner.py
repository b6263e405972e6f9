"""One transaction: somebody else answers for a complaint from now on, with the reason; told to all (FC-9)."""

from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.routing import OwnerChanged
from shared.events.vocabulary import OwnerChangeReason

from .answer_terms import AnswerTimes
from .case import Case, load_case
from .desk import Desk
from .directory import Member
from .may_change_owner import Change, OwnerObjection, owner_objection
from .metrics import OWNER_CHANGES
from .next_state import Action, next_state
from .workload import counting

# The owner's columns can only change beside the record of why (see the revision that says so to the database).
_RECORD = Statement(
    """
    INSERT INTO owner_change (change_id, complaint_id, from_id, to_id, reason, text, changed_by, changed_at,
        policy_version)
    VALUES (:change_id, :complaint_id, :from_id, :to_id, :reason, :text, :by, now(), :policy_version)
    """
)
_CHANGE = counting(
    """
    UPDATE complaint SET owner_id = :to_id, owner_name = :to_name, department = :department, owned_at = now(),
        rule = 'FC-9', reason = :reason, handler_id = :handler_id,
        answer_field = :answer_field, answer_by = :answer_by,
        handler_since = CASE WHEN handler_id = :handler_id THEN handler_since ELSE now() END
    WHERE complaint_id = :complaint_id RETURNING complaint_id, owner_id, handler_id
    """,
    """
    SELECT staff_id, CAST(sum(change) AS int) FROM (
        SELECT staff_id, -1 FROM (SELECT CAST(:owner_before AS text) UNION SELECT CAST(:handler_before AS text))
            AS before (staff_id)
        UNION ALL
        SELECT staff_id, 1 FROM (SELECT owner_id UNION SELECT handler_id) AS after (staff_id)
    ) AS desk (staff_id, change) GROUP BY staff_id
    """,
)


class OwnerStaysError(Exception):
    """Nobody else may answer for it; the owner is who it was."""

    def __init__(self, objection: OwnerObjection, owner_id: str) -> None:
        super().__init__(objection, owner_id)
        self.objection, self.owner_id = objection, owner_id


async def change_owner(
    work: UnitOfWork,
    desk: Desk,
    complaint_id: UUID,
    *,
    seen: str,
    to: Member,
    reason: OwnerChangeReason,
    text: str,
    by: Member,
) -> Case:
    """Let `to` answer for it; who worked on it as the owner hands that over too.

    Raises NoSuchCaseError, NotPossibleError, OwnerStaysError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        next_state(case.state, Action.CHANGE_OWNER)
        owner = desk.directory.member(case.owner_id)
        asked = Change(
            reason=reason,
            owner=case.owner_id,
            seen=seen,
            to=to.id,
            to_may_own=to.may_own,
            to_accused=to.id == case.accused_staff,
            listed=owner is not None,
            absences=owner.absences if owner else (),
            by_supervisor=by.leads or by.coordinates or by.rank > 1,
        )
        if objection := owner_objection(asked, tx.now, desk.policy.ownership, desk.policy.hours):
            raise OwnerStaysError(objection, case.owner_id)
        handler_id = to.id if case.handler_id == case.owner_id else case.handler_id
        record = {
            "change_id": uuid7(),
            "complaint_id": complaint_id,
            "from_id": case.owner_id,
            "to_id": to.id,
            "reason": reason,
            "text": text,
            "by": by.id,
            "policy_version": desk.policy.version,
        }
        await tx.fetch(_RECORD, record)
        change = {
            "complaint_id": complaint_id,
            "to_id": to.id,
            "to_name": to.name,
            "department": to.department,
            "reason": reason,
            "handler_id": handler_id,
            "owner_before": case.owner_id,
            "handler_before": case.handler_id,
        }
        handler = desk.directory.member(handler_id)
        terms = AnswerTimes(desk, tx.now).terms(to, handler, case.case_type, case.category, case.due_at)
        await tx.fetch(_CHANGE, change | terms._asdict() | desk.counts(tx, "/api"))
        reached = desk.reach(to, complaint_id)
        tx.publish(
            OwnerChanged(
                complaint_id=complaint_id,
                from_id=case.owner_id,
                owner_id=to.id,
                owner_name=to.name,
                department=to.department,
                reason=reason,
                by=by.id,
                changed_at=tx.now,
                policy_version=desk.policy.version,
                **reached,
            )
        )
        OWNER_CHANGES.labels(reason).inc()
        case.owner_id, case.handler_id = to.id, handler_id
    return case
