"""What routing does on a customer's answer or silence: a resolved complaint is closed or opened again."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import structlog
from sqlalchemy import text

from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.feedback import SatisfactionAnswered, SatisfactionUnanswered
from shared.events.routing import ComplaintClosed, ComplaintReopened
from shared.events.vocabulary import ClosingGround, ReopenReason

from .close_or_reopen import after_answer, after_silence
from .desk import Desk
from .metrics import CLOSED, REOPENED
from .next_state import Action, NotPossibleError, State, next_state
from .policy import EndingPolicy
from .workload import Loads, save_changes

log = structlog.get_logger()

Answer: TypeAlias = SatisfactionAnswered | SatisfactionUnanswered

_CASES = text(
    """
    SELECT complaint_id, state, round, owner_id, handler_id FROM complaint
    WHERE complaint_id = ANY (CAST(:ids AS uuid[]))
    """
)
_MOVE = text(
    """
    UPDATE complaint SET state = row.state, round = row.round, ground = row.ground,
        closed_at = CASE WHEN row.ground IS NOT NULL THEN now() END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:rounds AS int[]),
                CAST(:grounds AS text[])) AS row (complaint_id, state, round, ground)
    WHERE complaint.complaint_id = row.complaint_id
    """
)


class _Move(NamedTuple):
    complaint_id: UUID
    state: State
    round: int
    ground: ClosingGround | None


async def hear_customers(desk: Desk, tx: Transaction, heard: Sequence[Envelope[Answer]]) -> None:
    """Close or reopen resolved complaints on the customers' word or silence (FC-21, FU-7, FU-8)."""
    rows = await tx.connection.execute(_CASES, {"ids": [e.event.complaint_id for e in heard]})
    cases = {row.complaint_id: row for row in rows}
    loads = Loads({}, tx.now)
    moves: list[_Move] = []
    for envelope in heard:
        event, case = envelope.event, cases.get(envelope.event.complaint_id)
        ending = _ending(event, desk.policy.ending)
        state = _state_after(case, event, ending)
        if case is None or ending is None or state is None:
            log.info("routing.answer_ignored", complaint_id=str(event.complaint_id), round=event.round)
        elif isinstance(ending, ReopenReason):
            moves.append(_Move(event.complaint_id, state, case.round + 1, None))
            _tell_reopened(tx, envelope, ending)
        else:
            moves.append(_Move(event.complaint_id, state, case.round, ending))
            for staff_id in {case.owner_id, case.handler_id}:
                loads.take(staff_id)
            _tell_closed(tx, envelope, ending)
    if moves:
        ids, states, rounds, grounds = map(list, zip(*moves, strict=True))
        values = {"ids": ids, "states": states, "rounds": rounds, "grounds": grounds}
        await tx.connection.execute(_MOVE, values)
        await save_changes(tx.connection, loads, desk.replica)


def _ending(event: Answer, policy: EndingPolicy) -> ClosingGround | ReopenReason | None:
    if isinstance(event, SatisfactionUnanswered):
        return after_silence(policy)
    return after_answer(solved=event.solved, dissatisfied=event.dissatisfied, policy=policy)


def _state_after(case: Any, event: Answer, ending: ClosingGround | ReopenReason | None) -> State | None:
    """The state an answer leads to; None for one about another round, or when nothing is resolved."""
    if case is None or ending is None or case.round != event.round:
        return None
    action = Action.REOPEN if isinstance(ending, ReopenReason) else Action.CLOSE
    try:
        return next_state(State(case.state), action)
    except NotPossibleError:
        return None


def _tell_reopened(tx: Transaction, envelope: Envelope[Answer], reason: ReopenReason) -> None:
    event = envelope.event
    tx.publish(
        ComplaintReopened(
            complaint_id=event.complaint_id, round=event.round + 1, reason=reason, reopened_at=tx.now
        ),
        because_of=envelope,
    )
    REOPENED.labels(reason).inc()


def _tell_closed(tx: Transaction, envelope: Envelope[Answer], ground: ClosingGround) -> None:
    event = envelope.event
    tx.publish(
        ComplaintClosed(complaint_id=event.complaint_id, round=event.round, ground=ground, closed_at=tx.now),
        because_of=envelope,
    )
    CLOSED.labels(ground).inc()
