"""Takes down what staff do for a complaint: a step, a proposal, a resolution; each told once.

The same thing said again changes nothing and is answered as before.
"""

from collections.abc import Sequence
from typing import Any

from shared.bus.unit_of_work import Transaction
from shared.events.routing import ComplaintResolved, SolutionProposed, StepsTaken
from shared.events.vocabulary import HandlingStep

from .accept_resolution import ResolutionReason, lacks_repeat_reason
from .case import Case, must_answer_for
from .compensate import compensate_late_repair
from .desk import Desk
from .next_state import Action, State, next_state
from .pausing import go_on
from .policy import WorkPolicy
from .six_steps import MissingStepsError, missing_before_resolution, new_steps
from .standard_answers import approved_text, note_use


class NoRepeatReasonError(Exception):
    """Nobody has said why it came again."""


class OpenTasksError(Exception):
    """Other departments have not delivered their part."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


async def take_step(desk: Desk, tx: Transaction, case: Case, *, step: HandlingStep, by: str) -> None:
    """Note one of the six steps. Raises MissingStepsError, NotPossibleError."""
    if noted := _note_steps(tx, case, [step], by, desk.policy.work):
        tx.publish(StepsTaken(complaint_id=case.complaint_id, steps=noted, by=by, taken_at=tx.now))


async def propose(
    desk: Desk,
    tx: Transaction,
    case: Case,
    *,
    text: str | None,
    by: str,
    steps: Sequence[HandlingStep] = (),
    standard_answer: str | None = None,
) -> None:
    """Note what the customer was told will be done, after `steps`; it is itself the step OWN_AND_PROPOSE.

    Another text replaces the one before until the complaint is resolved. Without a text it is that of the standard
    answer. Raises NotYoursError, MissingStepsError, NotPossibleError, NoSuchStandardAnswerError.
    """
    must_answer_for(case, by)
    standard = await approved_text(tx, standard_answer) if standard_answer else None
    text = text or (standard["text"] if standard else None)
    said_before = (case.proposal, case.proposed_by) == (text, by)
    noted = _note_steps(tx, case, [*steps, HandlingStep.OWN_AND_PROPOSE], by, desk.policy.work)
    if said_before:
        if noted:
            tx.publish(StepsTaken(complaint_id=case.complaint_id, steps=noted, by=by, taken_at=tx.now))
        return
    case.state = next_state(case.state, Action.PROPOSE)
    case.proposal, case.proposed_by, case.proposed_at = text, by, tx.now
    case.worked = True
    if not noted:
        case.talked.append(by)
    facts: dict[str, Any] = {"complaint_id": case.complaint_id, "round": case.round, "by": by}
    tx.publish(SolutionProposed(**facts, proposed_at=tx.now, steps=noted))
    if standard:
        use = {"complaint_id": case.complaint_id, "round": case.round, "used_in": "PROPOSAL", "by": by}
        await note_use(tx, use, standard, text or "")


async def resolve(
    desk: Desk,
    tx: Transaction,
    case: Case,
    *,
    text: str | None,
    reason: ResolutionReason | None,
    by: str,
    steps: Sequence[HandlingStep] = (),
) -> None:
    """Note that it was put right, after `steps`. It is not closed by that: the customer has the word (FC-21).

    Raises NotYoursError, OpenTasksError, NoRepeatReasonError, MissingStepsError, NotPossibleError.
    """
    must_answer_for(case, by)
    ended = case.state in (State.RESOLVED, State.FOLLOWED_UP, State.CLOSED)
    if ended and (case.resolution, case.resolution_reason, case.resolved_by) == (text, reason, by):
        return
    if lacks_repeat_reason(case.repeat_of, case.repeat_reason, desk.policy.work):
        raise NoRepeatReasonError
    if case.open_tasks:
        raise OpenTasksError(case.open_tasks)
    if case.state is State.PENDING:
        case.state = (await go_on(tx, [case.complaint_id], by, "RESOLVED"))[case.complaint_id]
    noted = _note_steps(tx, case, steps, by, desk.policy.work)
    if missing := missing_before_resolution(case.done, desk.policy.work):
        raise MissingStepsError(missing)
    case.state = next_state(case.state, Action.RESOLVE)
    case.resolution, case.resolution_reason = text, reason
    case.resolved_by, case.resolved_at = by, tx.now
    case.worked = True
    facts: dict[str, Any] = {"complaint_id": case.complaint_id, "round": case.round, "by": by}
    tx.publish(ComplaintResolved(**facts, resolved_at=tx.now, steps=noted))
    await compensate_late_repair(desk, tx, case, tx.now)


def _note_steps(
    tx: Transaction, case: Case, steps: Sequence[HandlingStep], by: str, policy: WorkPolicy
) -> tuple[HandlingStep, ...]:
    """Note those of `steps` that were not taken yet, a contact with the customer; returns them, to be told."""
    fresh = new_steps(case.done, steps, policy)
    for step in fresh:
        follow_up = step is HandlingStep.FOLLOW_UP
        case.state = next_state(case.state, Action.FOLLOW_UP if follow_up else Action.TAKE_STEP)
        case.steps.append({"step": step, "by": by, "taken_at": tx.now.isoformat()})
    if fresh:
        case.worked = True
        case.talked.append(by)
    return tuple(fresh)
