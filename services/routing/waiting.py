"""A complaint waits, and goes on: at the word of staff, of the customer in any channel, or when the time has come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events import Envelope
from shared.events.intake import ContactAttached
from shared.events.routing import ComplaintPaused, ComplaintReopened
from shared.events.vocabulary import PauseReason, ReopenReason
from shared.runtime.timers import Timer, TimerHandler, arm

from .case import Case, load_case, must_answer_for
from .desk import Desk
from .later_contacts import pass_on
from .later_talks import note_talks
from .may_wait import Evidence, WaitObjection, resumes_at, wait_objection
from .metrics import REOPENED
from .next_state import Action, State, next_state
from .pausing import go_on
from .reweigh import weigh_all_anew

WAIT = "wait"
_BEGIN = Statement(
    """
    WITH moved AS (UPDATE complaint SET state = :state WHERE complaint_id = :complaint_id)
    INSERT INTO waiting (waiting_id, complaint_id, reason, evidence, failed_calls, note, begun_by, begun_at,
        resumes_at, policy_version)
    VALUES (:waiting_id, :complaint_id, :reason, :evidence, :failed_calls, :note, :by, now(), :resumes_at,
        :policy_version)
    """
)
_REOPEN = Statement(
    """
    UPDATE complaint SET state = CAST(:reopened AS text), round = round + 1
    WHERE complaint_id = ANY (CAST(:ids AS uuid[])) AND state = ANY (CAST(:resolved AS text[]))
    RETURNING complaint_id, round
    """
)


class MayNotWaitError(Exception):
    """It may not wait."""

    def __init__(self, objection: WaitObjection) -> None:
        super().__init__(objection)
        self.objection = objection


async def wait(
    work: UnitOfWork,
    desk: Desk,
    complaint_id: UUID,
    *,
    reason: PauseReason,
    by: str,
    evidence: Evidence | None,
    failed_calls: int,
    until: datetime | None,
    note: str | None,
) -> Case:
    """Let it wait. Raises NoSuchCaseError, NotYoursError, NotPossibleError, MayNotWaitError."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        must_answer_for(case, by)
        case.state = next_state(case.state, Action.WAIT)
        policy = desk.policy.wait
        if objection := wait_objection(reason, evidence, failed_calls, until, now=tx.now, policy=policy):
            raise MayNotWaitError(objection)
        values: dict[str, Any] = {
            "waiting_id": uuid7(),
            "complaint_id": complaint_id,
            "state": case.state,
            "reason": reason,
            "evidence": evidence,
            "failed_calls": failed_calls,
            "note": note,
            "by": by,
            "resumes_at": resumes_at(reason, until, tx.now, policy),
            "policy_version": desk.policy.version,
        }
        await tx.fetch(_BEGIN, values)
        await arm(tx, [Timer(values["waiting_id"], WAIT, str(complaint_id), values["resumes_at"])])
        tx.publish(
            ComplaintPaused(
                complaint_id=complaint_id,
                pause_id=values["waiting_id"],
                reason=reason,
                evidence=evidence,
                by=by,
                paused_at=tx.now,
                resumes_at=values["resumes_at"],
            )
        )
    return case


async def resume(work: UnitOfWork, complaint_id: UUID, by: str) -> Case:
    """Go on with it. Raises NoSuchCaseError, NotYoursError, NotPossibleError."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        must_answer_for(case, by)
        next_state(case.state, Action.RESUME)
        case.state = (await go_on(tx, [complaint_id], by, "STAFF"))[complaint_id]
    return case


async def hear_contacts(desk: Desk, tx: Transaction, attached: Sequence[Envelope[ContactAttached]]) -> None:
    """PAU-4: the customer spoke, in whatever channel: what waits goes on. REP-4: what was resolved opens again.

    FC-20: the owner hears of it, or who stands in for them. FC-3: who took it talked once more today, and rests after
    abuse. SEV-1: what they say now may be worse.
    """
    await pass_on(desk, tx, attached)
    await note_talks(desk, tx, attached)
    await go_on(tx, [e.event.complaint_id for e in attached], None, "CUSTOMER")
    await weigh_all_anew(desk, tx, attached)
    reopening = {e.event.complaint_id: e for e in attached if e.event.reopens}
    if not reopening:
        return
    values = {
        "ids": sorted(reopening),
        "reopened": next_state(State.RESOLVED, Action.REOPEN),
        "resolved": [State.RESOLVED, State.FOLLOWED_UP],
    }
    for complaint_id, round_ in await tx.fetch(_REOPEN, values):
        tx.publish(
            ComplaintReopened(
                complaint_id=complaint_id,
                round=round_,
                reason=ReopenReason.CONTACTED_AGAIN,
                reopened_at=tx.now,
            ),
            because_of=reopening[complaint_id],
        )
        REOPENED.labels(ReopenReason.CONTACTED_AGAIN).inc()


def waiting_timers() -> dict[str, TimerHandler]:
    """What waits goes on when the time has come (PAU-5)."""

    async def time_has_come(tx: Transaction, due: Sequence[Timer]) -> None:
        await go_on(tx, [UUID(timer.subject) for timer in due], None, "TIME")

    return {WAIT: time_has_come}
