"""Takes down what staff do for a complaint: a step, a proposal, a resolution, a hand-over; each told once.

The same thing said again changes nothing and is answered as before.
"""

from collections.abc import Sequence
from uuid import UUID

from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import ComplaintResolved, HandlerAssigned, SolutionProposed, StepsTaken
from shared.events.vocabulary import HandlingStep, TransferReason

from .accept_resolution import ResolutionReason
from .case import Case, load_case, save_work
from .desk import Desk
from .directory import Member
from .metrics import TRANSFERS
from .next_state import Action, State, next_state
from .policy import WorkPolicy
from .six_steps import MissingStepsError, missing_before_resolution, new_steps
from .workload import counting

_HAND_OVER = counting(
    """
    UPDATE complaint SET handler_id = :handler_id, handler_reason = :reason
    WHERE complaint_id = :complaint_id RETURNING complaint_id, owner_id, handler_id
    """,
    # The owner's own complaint is on the owner's desk once, whoever works on it.
    """
    SELECT * FROM (VALUES (CAST(:before AS text), -1), (handler_id, 1)) AS desk (staff_id, change)
    WHERE staff_id <> owner_id
    """,
)


class NotYoursError(Exception):
    """Only the owner and the handler may do this."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.owner_id, case.handler_id)
        self.owner_id, self.handler_id = case.owner_id, case.handler_id


class AlreadyHandlerError(Exception):
    """This person works on it already, for another reason or without any."""


async def take_step(work: UnitOfWork, desk: Desk, complaint_id: UUID, step: HandlingStep, by: str) -> Case:
    """Note one of the six steps. Raises NoSuchCaseError, MissingStepsError, NotPossibleError."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        if _note_steps(tx, case, [step], by, desk.policy.work):
            await save_work(tx, case, desk.counts(tx, "/api"), talked=by)
    return case


async def propose(
    work: UnitOfWork,
    desk: Desk,
    complaint_id: UUID,
    *,
    text: str,
    by: str,
    steps: Sequence[HandlingStep] = (),
) -> Case:
    """Note what the customer was told will be done, after `steps`; it is itself the step OWN_AND_PROPOSE.

    Another text replaces the one before until the complaint is resolved. Raises NoSuchCaseError,
    NotYoursError, MissingStepsError, NotPossibleError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        _must_answer_for(case, by)
        said_before = (case.proposal, case.proposed_by) == (text, by)
        noted = _note_steps(tx, case, [*steps, HandlingStep.OWN_AND_PROPOSE], by, desk.policy.work)
        if not said_before:
            case.state = next_state(case.state, Action.PROPOSE)
            case.proposal, case.proposed_by, case.proposed_at = text, by, tx.now
            tx.publish(
                SolutionProposed(complaint_id=complaint_id, round=case.round, by=by, proposed_at=tx.now)
            )
        if noted or not said_before:
            await save_work(tx, case, desk.counts(tx, "/api"), talked=by)
    return case


async def resolve(
    work: UnitOfWork,
    desk: Desk,
    complaint_id: UUID,
    *,
    text: str | None,
    reason: ResolutionReason | None,
    by: str,
    steps: Sequence[HandlingStep] = (),
) -> Case:
    """Note that it was put right, after `steps`. It is not closed by that: the customer has the word (FC-21).

    Raises NoSuchCaseError, NotYoursError, MissingStepsError, NotPossibleError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        _must_answer_for(case, by)
        ended = case.state in (State.RESOLVED, State.CLOSED)
        if ended and (case.resolution, case.resolution_reason, case.resolved_by) == (text, reason, by):
            return case
        noted = _note_steps(tx, case, steps, by, desk.policy.work)
        if missing := missing_before_resolution(case.done, desk.policy.work):
            raise MissingStepsError(missing)
        case.state = next_state(case.state, Action.RESOLVE)
        case.resolution, case.resolution_reason = text, reason
        case.resolved_by, case.resolved_at = by, tx.now
        await save_work(tx, case, desk.counts(tx, "/api"), talked=by if noted else None)
        tx.publish(ComplaintResolved(complaint_id=complaint_id, round=case.round, by=by, resolved_at=tx.now))
    return case


async def hand_over(
    work: UnitOfWork, desk: Desk, complaint_id: UUID, handler: Member, reason: TransferReason
) -> Case:
    """Let somebody else work on it, for one of the reasons of FC-6; the owner stays.

    Raises NoSuchCaseError, AlreadyHandlerError, NotPossibleError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        if case.handler_id == handler.id:
            if case.handler_reason == reason:
                return case
            raise AlreadyHandlerError
        case.state = next_state(case.state, Action.HAND_OVER)
        values = {"complaint_id": complaint_id, "handler_id": handler.id, "reason": reason}
        # Rows apart from those of the consumer, which writes several times in one transaction.
        counted = {"before": case.handler_id} | desk.counts(tx, "/api")
        await tx.fetch(_HAND_OVER, values | counted)
        case.handler_id, case.handler_reason = handler.id, reason
        tx.publish(
            HandlerAssigned(
                complaint_id=complaint_id,
                handler_id=handler.id,
                handler_name=handler.name,
                department=handler.department,
                reason=reason,
                assigned_at=tx.now,
            )
        )
        TRANSFERS.labels(reason).inc()
    return case


def _must_answer_for(case: Case, by: str) -> None:
    if by not in (case.owner_id, case.handler_id):
        raise NotYoursError(case)


def _note_steps(
    tx: Transaction, case: Case, steps: Sequence[HandlingStep], by: str, policy: WorkPolicy
) -> bool:
    """Note and tell those of `steps` that were not taken yet; true if there was any."""
    fresh = new_steps(case.done, steps, policy)
    for step in fresh:
        follow_up = step is HandlingStep.FOLLOW_UP
        case.state = next_state(case.state, Action.FOLLOW_UP if follow_up else Action.TAKE_STEP)
        case.steps.append({"step": step, "by": by, "taken_at": tx.now.isoformat()})
    if fresh:
        tx.publish(StepsTaken(complaint_id=case.complaint_id, steps=tuple(fresh), by=by, taken_at=tx.now))
    return bool(fresh)
