"""What the tests of sla say again and again: events that keep promises, time that passes, what was told."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import text

from services.sla.policy import SlaPolicy
from shared.events.notify import MessageSkipped
from shared.events.routing import SolutionProposed, StepsTaken
from shared.events.sla import (
    EscalationReached,
    EscalationUnroutable,
    KeptPromise,
    PromiseAtRisk,
    PromiseBroken,
    PromiseExtended,
    PromiseRecomputed,
    PromisesKept,
    PromisesMade,
)
from shared.events.vocabulary import Channel, HandlingStep, MessageKind, PromiseKind, Role, SkipReason
from shared.runtime.policy import load_policy
from tests.builders import complaint_received, now
from tests.service_under_test import ServiceUnderTest

ACK, CONTACT, UPDATE, SOLVE, CLOSE, REGULATOR, REPORT, SUPERIOR = PromiseKind
HOUR = timedelta(hours=1)
VERSION = load_policy(SlaPolicy, "sla").version


def receipt(outcome: type[Any], complaint_id: UUID, **changes: Any) -> Any:
    """What became of the receipt for the customer; `outcome` is one of notify's four events."""
    facts: dict[str, Any] = {
        "complaint_id": complaint_id,
        "intent_id": uuid4(),
        "kind": MessageKind.RECEIPT,
        "role": Role.CUSTOMER,
        "decided_at": now(),
    }
    if outcome is MessageSkipped:
        facts["reason"] = SkipReason.NO_ADDRESS
    else:
        facts |= {"channel": Channel.SMS, "provider": "file", "provider_id": "p1", "code": "barred"}
    return outcome(**(facts | changes))


def steps_taken(complaint_id: UUID, *steps: HandlingStep, **changes: Any) -> StepsTaken:
    """The handler listened to the customer, or did these steps."""
    facts = {"complaint_id": complaint_id, "by": "a100", "taken_at": now()}
    return StepsTaken(steps=steps or (HandlingStep.VENT,), **(facts | changes))


def proposed(complaint_id: UUID, **changes: Any) -> SolutionProposed:
    """The customer was told what will be done."""
    facts = {"complaint_id": complaint_id, "round": 1, "by": "a100", "proposed_at": now()}
    return SolutionProposed(**(facts | changes))


async def receive(sla: ServiceUnderTest, **facts: Any) -> UUID:
    """Let a complaint of an S3, standard customer be received, or one with these facts; returns its id."""
    complaint_id = uuid4()
    await sla.hears(complaint_received(complaint_id, **facts))
    return complaint_id


async def time_passes(sla: ServiceUnderTest, time: timedelta, *, fire: bool = True) -> int:
    """Move every live promise and its timer so much into the past, and fire what is due; returns how many."""
    async with sla.engine.begin() as connection:
        for table, live in (("promise", "settled_at IS NULL"), ("timer", "armed")):
            columns = {"promise": ("starts_at", "due_at"), "timer": ("due_at",)}[table]
            changes = ", ".join(f"{name} = {name} - CAST(:time AS interval)" for name in columns)
            await connection.execute(text(f"UPDATE {table} SET {changes} WHERE {live}"), {"time": time})
    return await sla.let_pass(timedelta()) if fire else 0


class Made(NamedTuple):
    """A promise as it was told."""

    complaint_id: UUID
    round: int
    kind: PromiseKind
    starts_at: datetime
    due_at: datetime
    target_seconds: float
    cell: str
    policy_version: str


async def promises_made(sla: ServiceUnderTest) -> list[Made]:
    """Every promise that was told, in order."""
    return [
        Made(
            event.complaint_id,
            event.round,
            one.kind,
            one.starts_at,
            one.due_at,
            one.target_seconds,
            one.cell,
            event.policy_version,
        )
        for event in await sla.said(PromisesMade)
        for one in event.promises
    ]


async def targets(sla: ServiceUnderTest, complaint_id: UUID) -> dict[PromiseKind, timedelta]:
    """From start to due, as told, of the promises to a complaint; of a kind the latest."""
    made = [one for one in await promises_made(sla) if one.complaint_id == complaint_id]
    return {one.kind: one.due_at - one.starts_at for one in made}


async def told_about(sla: ServiceUnderTest, kind: PromiseKind, complaint_id: UUID | None = None) -> list[str]:
    """What was told about promises of a kind, in order and in words: "W1", "broken", "L1", "kept late" …"""
    return [
        _word(event, kind)
        for event in await sla.said()
        if kind in _kinds(event) and complaint_id in {None, event.complaint_id}
    ]


def _kinds(event: Any) -> list[PromiseKind]:
    if isinstance(event, PromisesMade | PromisesKept):
        return [one.kind for one in event.promises]
    tells_of_one = hasattr(event, "promise_id") and not isinstance(
        event, PromiseExtended | EscalationUnroutable
    )
    return [event.kind] if tells_of_one else []


def _word(event: object, kind: PromiseKind) -> str:
    match event:
        case PromisesMade():
            return "made"
        case PromiseAtRisk() | EscalationReached():
            return str(event.level)
        case PromiseBroken():
            return "broken"
        case PromisesKept():
            return "kept late" if kept_in(event, kind).late else "kept"
        case PromiseRecomputed():
            return "moved"
        case _:
            raise AssertionError(event)


def kept_in(event: PromisesKept, kind: PromiseKind) -> KeptPromise:
    """What it says of the promise of this kind."""
    [kept] = [one for one in event.promises if one.kind is kind]
    return kept


async def timers_armed(sla: ServiceUnderTest) -> int:
    """How many timers wait."""
    return len(await sla.rows("SELECT 1 FROM timer WHERE armed"))
