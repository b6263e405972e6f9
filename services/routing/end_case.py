"""One transaction each: a complaint is rejected, cancelled by the customer, appealed, or the appeal is decided."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import (
    AppealDecided,
    ComplaintAppealed,
    ComplaintCancelled,
    ComplaintClosed,
    ComplaintRejected,
    ComplaintReopened,
)
from shared.events.vocabulary import ClosingGround, RejectionReason, ReopenReason

from .case import Case, load_case, must_answer_for
from .charges import freeze_again, release_charges
from .desk import Desk
from .judge_appeal import appeal_until, decide_appeal_by, decided_by, in_time
from .metrics import CLOSED, REOPENED
from .next_state import ENDED, Action, State, next_state
from .pausing import go_on
from .unfinished_tasks import release_all
from .workload import counting

_MOVE = counting(
    """
    UPDATE complaint SET state = :state, round = round + CAST(:rounds AS int), end_reason = :reason, end_text = :text,
        appeal_until = :appeal_until, ground = :ground, closed_at = CASE WHEN CAST(:ended AS boolean) THEN now() END
    WHERE complaint_id = :complaint_id
    RETURNING complaint_id, owner_id, handler_id, CAST(:change AS int) AS change
    """
)
_APPEAL = Statement(
    """
    INSERT INTO appeal (appeal_id, complaint_id, round, text, noted_by, appealed_at, decider_id, decide_by, policy_version)
    VALUES (:appeal_id, :complaint_id, :round, :text, :by, now(), :decider_id, :decide_by, :policy_version)
    """
)
_DECIDE = Statement(
    """
    UPDATE appeal SET upheld = :upheld, decision = :text, decided_by = :by, decided_at = now()
    WHERE complaint_id = :complaint_id AND decided_at IS NULL RETURNING appeal_id
    """
)
_DECIDER = Statement(
    "SELECT decider_id FROM appeal WHERE complaint_id = :complaint_id AND decided_at IS NULL"
)
_TIME = Statement("SELECT appeal_until FROM complaint WHERE complaint_id = :complaint_id")


class TooLateError(Exception):
    """The time to appeal has passed."""


class NotTheDeciderError(Exception):
    """Somebody else decides this appeal."""

    def __init__(self, decider_id: str) -> None:
        super().__init__(decider_id)
        self.decider_id = decider_id


async def reject(
    work: UnitOfWork, desk: Desk, complaint_id: UUID, *, reason: RejectionReason, text: str, by: str
) -> Case:
    """End it as not justified, with the reason and the right to appeal.

    Raises NoSuchCaseError, NotYoursError, NotPossibleError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        must_answer_for(case, by)
        until = appeal_until(tx.now, desk.policy.appeal)
        await _move(desk, tx, case, Action.REJECT, change=-1, reason=reason, text=text, appeal_until=until)
        tx.publish(
            ComplaintRejected(
                complaint_id=complaint_id, reason=reason, by=by, rejected_at=tx.now, appeal_until=until
            )
        )
    return case


async def cancel(work: UnitOfWork, desk: Desk, complaint_id: UUID, *, text: str, by: str) -> Case:
    """End it, for the customer wants it no more. Raises NoSuchCaseError, NotYoursError, NotPossibleError."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        must_answer_for(case, by)
        await _move(desk, tx, case, Action.CANCEL, change=-1, text=text)
        tx.publish(ComplaintCancelled(complaint_id=complaint_id, by=by, cancelled_at=tx.now))
    return case


async def appeal(work: UnitOfWork, desk: Desk, complaint_id: UUID, *, text: str, by: str) -> Case:
    """The customer does not accept the end; it is open until a senior person has decided (FC-22).

    Raises NoSuchCaseError, NotPossibleError, TooLateError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        [(until,)] = await tx.fetch(_TIME, {"complaint_id": complaint_id})
        back_on_desk = 1 if case.state in ENDED else 0
        timely = in_time(case.state, until, tx.now)
        involved = {case.owner_id, case.handler_id, case.resolved_by, case.accused_staff} - {None}
        decider = decided_by(
            desk.directory.member(case.owner_id), {str(who) for who in involved}, desk.directory
        )
        await _move(desk, tx, case, Action.APPEAL, change=back_on_desk)
        if not timely:
            raise TooLateError
        decide_by = decide_appeal_by(tx.now, desk.policy.appeal, desk.policy.hours)
        values = {
            "appeal_id": uuid7(),
            "complaint_id": complaint_id,
            "round": case.round,
            "text": text,
            "by": by,
            "decider_id": decider.id,
            "decide_by": decide_by,
            "policy_version": desk.policy.version,
        }
        await tx.fetch(_APPEAL, values)
        tx.publish(
            ComplaintAppealed(
                complaint_id=complaint_id,
                round=case.round,
                decider_id=decider.id,
                decider_name=decider.name,
                decide_by=decide_by,
                appealed_at=tx.now,
                decider_channel=decider.channel,
                decider_reply_to=desk.sealed_address(decider, complaint_id),
            )
        )
    return case


async def decide_appeal(
    work: UnitOfWork, desk: Desk, complaint_id: UUID, *, upheld: bool, text: str, by: str
) -> Case:
    """Open it again with the same owner, or end it for good (FC-22).

    Raises NoSuchCaseError, NotPossibleError, NotTheDeciderError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        action = Action.UPHOLD if upheld else Action.DENY
        next_state(case.state, action)
        [(decider_id,)] = await tx.fetch(_DECIDER, {"complaint_id": complaint_id})
        if by != decider_id:
            raise NotTheDeciderError(decider_id)
        values = {"complaint_id": complaint_id, "upheld": upheld, "text": text, "by": by}
        await tx.fetch(_DECIDE, values)
        ground = None if upheld else ClosingGround.APPEAL_DENIED
        await _move(desk, tx, case, action, change=0 if upheld else -1, ground=ground)
        tx.publish(AppealDecided(complaint_id=complaint_id, upheld=upheld, by=by, decided_at=tx.now))
        if ground is None:
            reason = ReopenReason.APPEAL_UPHELD
            tx.publish(
                ComplaintReopened(
                    complaint_id=complaint_id, round=case.round, reason=reason, reopened_at=tx.now
                )
            )
            REOPENED.labels(reason).inc()
        else:
            tx.publish(
                ComplaintClosed(complaint_id=complaint_id, round=case.round, ground=ground, closed_at=tx.now)
            )
            CLOSED.labels(ground).inc()
    return case


async def _move(
    desk: Desk, tx: Transaction, case: Case, action: Action, *, change: int, **facts: Any
) -> None:
    """Move the complaint, and put it on the desks or take it off. A pause ends first (PAU-8)."""
    was, case.state = case.state, next_state(case.state, action)
    if was is State.PENDING:
        await go_on(tx, [case.complaint_id], None, "ENDED")
    if case.open_tasks and case.state in ENDED:
        await release_all(tx, case.complaint_id)
    if case.charge_frozen:
        await release_charges(tx, [case.complaint_id], case.state)
    if was in ENDED:
        await freeze_again(tx, case.complaint_id)
    case.round += action is Action.UPHOLD
    nothing = dict.fromkeys(("reason", "text", "appeal_until", "ground"))
    values = {
        "complaint_id": case.complaint_id,
        "state": case.state,
        "rounds": int(action is Action.UPHOLD),
        "ended": case.state in ENDED,
        "change": change,
    }
    await tx.fetch(_MOVE, nothing | facts | values | desk.counts(tx, "/api"))
