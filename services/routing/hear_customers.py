"""What routing does on a customer's answer or silence: a resolved complaint is closed or opened again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.feedback import SatisfactionAnswered, SatisfactionUnanswered
from shared.events.routing import ComplaintClosed, ComplaintReopened
from shared.events.vocabulary import ClosingGround, ReopenReason

from .charges import release_charges
from .close_or_reopen import after_answer, after_silence
from .desk import Desk
from .judge_appeal import after_close
from .metrics import CLOSED, REOPENED
from .next_state import Action, State, next_state
from .policy import EndingPolicy
from .workload import counting

log = structlog.get_logger()

Answer: TypeAlias = SatisfactionAnswered | SatisfactionUnanswered
Ending: TypeAlias = ClosingGround | ReopenReason

# An answer about another round, or when nothing is resolved, moves nothing. The state before comes with each word,
# for a condition on the table alone lets the planner start from the table.
_MOVE = counting(
    """
    UPDATE complaint SET state = word.after, ground = word.ground,
        round = CASE WHEN word.ground IS NULL THEN complaint.round + 1 ELSE complaint.round END,
        closed_at = CASE WHEN word.ground IS NOT NULL THEN now() END, appeal_until = word.appeal_until
    FROM unnest(CAST(:ids AS uuid[]), CAST(:rounds AS int[]), CAST(:after AS text[]), CAST(:grounds AS text[]),
            CAST(:appeal_until AS timestamptz[]), CAST(:because AS text[]), CAST(:ending_ids AS uuid[]))
         AS word (complaint_id, round, after, ground, appeal_until, because, ending_id)
    WHERE complaint.complaint_id = word.complaint_id AND complaint.round = word.round
        AND complaint.state = ANY (CAST(:resolved AS text[]))
    RETURNING complaint.complaint_id, complaint.owner_id, complaint.handler_id,
        CASE WHEN word.ground IS NULL THEN 0 ELSE -1 END AS change,
        complaint.charge_frozen AND word.ground IS NOT NULL AS release,
        word.ending_id, word.round, word.after, word.because
    """,
    beside="""
    INSERT INTO ending (complaint_id, ending_id, round, became, because, ended_at, policy_version)
    SELECT complaint_id, ending_id, round, after, because, now(), CAST(:policy_version AS text) FROM done
    """,
    gives="complaint_id, release",
)
_AFTER = {
    ClosingGround: next_state(State.RESOLVED, Action.CLOSE),
    ReopenReason: next_state(State.RESOLVED, Action.REOPEN),
}


async def hear_customers(desk: Desk, tx: Transaction, heard: Sequence[Envelope[Answer]]) -> None:
    """Close or reopen resolved complaints on the customers' word or silence (FC-21, FU-7, FU-8)."""
    endings = {e.event.complaint_id: _ending(e.event, desk.policy.ending) for e in heard}
    moved = await _move(desk, tx, [e.event for e in heard], endings)
    for envelope in heard:
        event = envelope.event
        ending = endings[event.complaint_id]
        if event.complaint_id not in moved or ending is None:
            log.info("routing.answer_ignored", complaint_id=str(event.complaint_id), round=event.round)
        elif isinstance(ending, ReopenReason):
            _tell_reopened(tx, envelope, ending)
        else:
            _tell_closed(desk, tx, envelope, ending)


def _appeal_until(desk: Desk, tx: Transaction, ending: Ending) -> datetime | None:
    return after_close(ending, tx.now, desk.policy.appeal) if isinstance(ending, ClosingGround) else None


def _ending(event: Answer, policy: EndingPolicy) -> Ending | None:
    if isinstance(event, SatisfactionUnanswered):
        return after_silence(policy)
    return after_answer(solved=event.solved, dissatisfied=event.dissatisfied, policy=policy)


async def _move(
    desk: Desk, tx: Transaction, answers: Sequence[Answer], endings: Mapping[UUID, Ending | None]
) -> set[UUID]:
    """Close or reopen what can be, and take the closed ones off the desks; returns the complaints moved."""
    words = [(event, ending) for event in answers if (ending := endings[event.complaint_id])]
    values = {
        "ids": [event.complaint_id for event, _ in words],
        "rounds": [event.round for event, _ in words],
        "resolved": [State.RESOLVED, State.FOLLOWED_UP],
        "after": [_AFTER[type(ending)] for _, ending in words],
        "appeal_until": [_appeal_until(desk, tx, ending) for _, ending in words],
        "grounds": [ending if isinstance(ending, ClosingGround) else None for _, ending in words],
        "because": [ending for _, ending in words],
        "ending_ids": [uuid7() for _ in words],
        "policy_version": desk.policy.version,
    }
    rows = await tx.fetch(_MOVE, values | desk.counts(tx)) if words else []
    await release_charges(tx, [complaint_id for complaint_id, release in rows if release], State.CLOSED)
    return {complaint_id for complaint_id, _ in rows}


def _tell_reopened(tx: Transaction, envelope: Envelope[Answer], reason: ReopenReason) -> None:
    event = envelope.event
    tx.publish(
        ComplaintReopened(
            complaint_id=event.complaint_id, round=event.round + 1, reason=reason, reopened_at=tx.now
        ),
        because_of=envelope,
    )
    REOPENED.labels(reason).inc()


def _tell_closed(desk: Desk, tx: Transaction, envelope: Envelope[Answer], ground: ClosingGround) -> None:
    event = envelope.event
    tx.publish(
        ComplaintClosed(
            complaint_id=event.complaint_id,
            round=event.round,
            ground=ground,
            closed_at=tx.now,
            appeal_until=_appeal_until(desk, tx, ground),
        ),
        because_of=envelope,
    )
    CLOSED.labels(ground).inc()
