"""One transaction each: a complaint is rejected, or cancelled by the customer."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import ComplaintCancelled, ComplaintRejected
from shared.events.vocabulary import RejectionReason

from .case import Case, load_case, must_answer_for
from .charges import freeze_again, release_charges
from .desk import Desk
from .judge_appeal import appeal_until
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
    """,
    beside="""
    INSERT INTO ending (complaint_id, ending_id, round, became, because, said_by, ended_at, policy_version)
    SELECT complaint_id, CAST(:ending_id AS uuid), CAST(:round AS int), CAST(:state AS text), CAST(:because AS text),
        CAST(:by AS text), now(), CAST(:policy_version AS text)
    FROM done WHERE CAST(:state AS text) <> 'APPEALED'
    """,
)


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
        facts = {"reason": reason, "because": reason, "text": text, "appeal_until": until}
        await move(desk, tx, case, Action.REJECT, by=by, change=-1, **facts)
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
        await move(desk, tx, case, Action.CANCEL, by=by, change=-1, text=text)
        tx.publish(ComplaintCancelled(complaint_id=complaint_id, by=by, cancelled_at=tx.now))
    return case


async def move(
    desk: Desk, tx: Transaction, case: Case, action: Action, *, by: str, change: int, **facts: Any
) -> None:
    """Move the complaint, keep why, and put it on the desks or take it off. A pause ends first (PAU-8)."""
    was, case.state = case.state, next_state(case.state, action)
    if was is State.PENDING:
        await go_on(tx, [case.complaint_id], None, "ENDED")
    if case.open_tasks and case.state in ENDED:
        await release_all(tx, case.complaint_id)
    if case.charge_frozen:
        await release_charges(tx, [case.complaint_id], case.state)
    if was in ENDED:
        await freeze_again(tx, case.complaint_id)
    nothing = dict.fromkeys(("reason", "text", "appeal_until", "ground", "because"))
    kept = {"ending_id": uuid7(), "round": case.round, "by": by, "policy_version": desk.policy.version}
    case.round += action is Action.UPHOLD
    values = {
        "complaint_id": case.complaint_id,
        "state": case.state,
        "rounds": int(action is Action.UPHOLD),
        "ended": case.state in ENDED,
        "change": change,
    }
    await tx.fetch(_MOVE, nothing | facts | kept | values | desk.counts(tx, "/api"))
