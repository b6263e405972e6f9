"""Records what became of messages that were handed over, and of those whose process never said; each once."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from shared.bus.statement import Statement
from shared.bus.transience import is_transient
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.notify import MessageFailed, MessageSent, MessageSkipped, MessageUnknown
from shared.events.vocabulary import SkipReason

from .claim import Claimed
from .judge_outcome import Fate, Outcome, State, Verdict, judge_outcome
from .metrics import RETRIES, count_messages
from .notice import incident_of
from .overtaken import Stage, is_overtaken
from .policy import HandoverPolicy, NotifyPolicy

log = structlog.get_logger()

LOST_AT_ONCE = 500

_STAGES = Statement(
    """
    SELECT complaint_id, stage, round FROM complaint WHERE complaint_id = ANY (CAST(:ids AS uuid[]))
    UNION ALL
    SELECT incident_id, CASE WHEN ended THEN 'CLOSED' ELSE 'OPEN' END, 1 FROM incident
    WHERE incident_id = ANY (CAST(:ids AS uuid[]))
    """
)
_RECORD = Statement(
    """
    UPDATE intent SET state = v.state, reason = v.reason, provider_id = v.provider_id, claimed_until = NULL,
        not_before = coalesce(v.not_before, intent.not_before),
        decided_at = CASE WHEN v.state = 'PENDING' THEN NULL ELSE now() END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:attempts AS smallint[]), CAST(:states AS text[]),
                CAST(:reasons AS text[]), CAST(:provider_ids AS text[]), CAST(:not_before AS timestamptz[]))
         AS v (intent_id, attempts, state, reason, provider_id, not_before)
    WHERE intent.intent_id = v.intent_id AND intent.attempts = v.attempts
        AND intent.state IS NOT DISTINCT FROM 'SENDING' -- said so, it does not look through all that is on its way
    RETURNING intent.intent_id
    """
)
_LOST = Statement(
    """
    SELECT intent_id, complaint_id FROM intent WHERE state = 'SENDING' AND claimed_until < clock_timestamp()
    ORDER BY claimed_until LIMIT :limit
    """
)
_GIVE_UP = Statement(
    """
    UPDATE intent SET state = 'UNKNOWN', reason = 'lease', claimed_until = NULL, decided_at = now()
    WHERE intent_id = ANY (CAST(:ids AS uuid[])) AND state = 'SENDING' AND claimed_until < clock_timestamp()
    RETURNING intent_id, complaint_id, kind, role, channel, provider
    """
)


class HandedOver(NamedTuple):
    """A claimed message and what its hand-over came to."""

    claimed: Claimed
    outcome: Outcome


async def record_outcomes(
    work: UnitOfWork, policy: NotifyPolicy, provider: str, handed_over: Sequence[HandedOver]
) -> None:
    """Store and tell what became of these messages, in one transaction.

    A message that was given up meanwhile stays unknown, and recording an outcome again changes nothing.
    """
    async with work.begin(*{str(claimed.complaint_id) for claimed, _ in handed_over}) as tx:
        overtaken = await _overtaken(tx, handed_over)
        verdicts = {
            claimed.intent_id: judge_outcome(
                outcome,
                claimed.intent_id,
                claimed.attempts,
                tx.now,
                policy.retry,
                overtaken=claimed.intent_id in overtaken,
            )
            for claimed, outcome in handed_over
        }
        recorded = await _record(tx, handed_over, verdicts)
        decided = []
        for claimed, outcome in handed_over:
            verdict = verdicts[claimed.intent_id]
            if claimed.intent_id not in recorded:
                log.warning("message.outcome_too_late", intent_id=claimed.intent_id, outcome=outcome.fate)
            elif verdict.state is State.PENDING:
                tx.after_commit(RETRIES.inc)
            else:
                tx.publish(_told(claimed, outcome, verdict, provider, tx.now))
                decided.append((claimed.kind, verdict.state))
        count_messages(tx, decided)


async def give_up_lost(work: UnitOfWork) -> int:
    """Say of messages whose lease has passed that nobody knows whether they were sent; returns how many."""
    lost = await work.fetch(_LOST, {"limit": LOST_AT_ONCE})
    if not lost:
        return 0
    async with work.begin(*{str(complaint_id) for _, complaint_id in lost}) as tx:
        given_up = await tx.fetch(_GIVE_UP, {"ids": [intent_id for intent_id, _ in lost]})
        for row in given_up:
            log.warning("message.lost_in_handover", intent_id=row["intent_id"], kind=row["kind"])
            about = incident_of(row["kind"], row["complaint_id"])
            tx.publish(MessageUnknown(decided_at=tx.now, incident_id=about, **row))
        count_messages(tx, [(row["kind"], State.UNKNOWN) for row in given_up])
    return len(given_up)


async def give_up_lost_for_ever(work: UnitOfWork, policy_now: Callable[[], HandoverPolicy]) -> None:
    """Look for lost messages as often as the policy in force says, until cancelled."""
    while True:
        try:
            while await give_up_lost(work):
                pass
        except Exception as error:  # noqa: BLE001 - the rows stay; say it and look again
            log.warning(
                "messages.sweep_failed", reason=type(error).__name__ if is_transient(error) else repr(error)
            )
        await asyncio.sleep(policy_now().look_for_lost)


async def _overtaken(tx: Transaction, handed_over: Sequence[HandedOver]) -> set[UUID]:
    """Those that the provider does not have and that have lost their sense meanwhile."""
    again = {Fate.NOT_TAKEN, Fate.RELEASED}
    not_taken = [claimed for claimed, outcome in handed_over if outcome.fate in again]
    if not not_taken:
        return set()
    rows = await tx.fetch(_STAGES, {"ids": [claimed.complaint_id for claimed in not_taken]})
    stages = {complaint_id: (Stage(stage), in_round) for complaint_id, stage, in_round in rows}
    return {
        claimed.intent_id
        for claimed in not_taken
        if is_overtaken(claimed.kind, claimed.round, *stages[claimed.complaint_id])
    }


async def _record(
    tx: Transaction, handed_over: Sequence[HandedOver], verdicts: dict[UUID, Verdict]
) -> set[UUID]:
    ordered = [verdicts[claimed.intent_id] for claimed, _ in handed_over]
    taken = [outcome.detail if outcome.fate is Fate.TAKEN else None for _, outcome in handed_over]
    values = {
        "ids": [claimed.intent_id for claimed, _ in handed_over],
        "attempts": [claimed.attempts for claimed, _ in handed_over],
        "states": [verdict.state for verdict in ordered],
        "reasons": [verdict.reason for verdict in ordered],
        "provider_ids": taken,
        "not_before": [verdict.not_before for verdict in ordered],
    }
    return {intent_id for (intent_id,) in await tx.fetch(_RECORD, values)}


def _told(
    claimed: Claimed, outcome: Outcome, verdict: Verdict, provider: str, now: datetime
) -> MessageSent | MessageFailed | MessageUnknown | MessageSkipped:
    facts: dict[str, Any] = {
        "complaint_id": claimed.complaint_id,
        "intent_id": claimed.intent_id,
        "kind": claimed.kind,
        "role": claimed.role,
        "decided_at": now,
        "incident_id": incident_of(claimed.kind, claimed.complaint_id),
    }
    match verdict.state:
        case State.SENT:
            return MessageSent(
                channel=claimed.channel, provider=provider, provider_id=outcome.detail, **facts
            )
        case State.FAILED:
            return MessageFailed(channel=claimed.channel, provider=provider, code=outcome.detail, **facts)
        case State.SKIPPED:
            return MessageSkipped(reason=SkipReason(verdict.reason or ""), **facts)
        case _:
            return MessageUnknown(channel=claimed.channel, provider=provider, **facts)
