"""What intake does when it hears how a complaint goes on: it keeps the status and writes the history."""

from collections.abc import Sequence
from typing import Any

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.notify import MessageFailed, MessageSent, MessageSkipped, MessageUnknown
from shared.events.sla import (
    PromiseAtRisk,
    PromiseBroken,
    PromiseExtended,
    PromiseRecomputed,
    PromisesKept,
    PromisesMade,
    PromisesPaused,
    PromisesResumed,
)

from .progress import (
    MovedPromise,
    NewPromise,
    Note,
    PromiseState,
    StoppedPromises,
    add_promises,
    move_promises,
    pause_promises,
    save_progress,
    save_states,
)
from .what_is_told import READERS, in_words

MESSAGES = (MessageSent, MessageSkipped, MessageFailed, MessageUnknown)


def reactions() -> Reactions:
    """What to do on which event."""
    return (
        dict.fromkeys(READERS, follow)
        | dict.fromkeys(MESSAGES, follow_messages)
        | {
            PromisesMade: keep_promises,
            PromiseAtRisk: follow_promises,
            PromisesKept: follow_kept_promises,
            PromiseBroken: follow_promises,
            PromiseExtended: follow_due_times,
            PromiseRecomputed: follow_due_times,
            PromisesPaused: stop_promises,
            PromisesResumed: go_on_with_promises,
        }
    )


async def follow(tx: Transaction, envelopes: Sequence[Envelope[Any]]) -> None:
    """Move the status and the facts that customers and staff see, and note what happened."""
    told = [READERS[type(envelope.event)](envelope.event) for envelope in envelopes]
    await save_progress(tx, _notes(envelopes), told)


async def follow_messages(
    tx: Transaction,
    envelopes: Sequence[Envelope[MessageSent | MessageSkipped | MessageFailed | MessageUnknown]],
) -> None:
    """Note what became of messages about complaints; one to a desk about an incident is no part of any history."""
    of_complaints = [envelope for envelope in envelopes if envelope.event.incident_id is None]
    if of_complaints:
        await follow(tx, of_complaints)


async def keep_promises(tx: Transaction, made: Sequence[Envelope[PromisesMade]]) -> None:
    """Keep what was promised until when."""
    events = [envelope.event for envelope in made]
    promises = [
        NewPromise(promise.promise_id, event.complaint_id, promise.kind, event.round, promise.due_at)
        for event in events
        for promise in event.promises
    ]
    kinds = [in_words(promise.kind for promise in event.promises) for event in events]
    await add_promises(tx, _notes(made), kinds, promises)


async def follow_promises(
    tx: Transaction, envelopes: Sequence[Envelope[PromiseAtRisk | PromiseBroken]]
) -> None:
    """Keep which promises are in danger or broken."""
    events = [envelope.event for envelope in envelopes]
    states = [PromiseState(event.promise_id, _state(event)) for event in events]
    await save_states(tx, _notes(envelopes), [event.kind for event in events], states)


async def follow_kept_promises(tx: Transaction, envelopes: Sequence[Envelope[PromisesKept]]) -> None:
    """Keep which promises were kept, and whether in time."""
    events = [envelope.event for envelope in envelopes]
    states = [
        PromiseState(one.promise_id, "KEPT_LATE" if one.late else "KEPT")
        for event in events
        for one in event.promises
    ]
    await save_states(
        tx, _notes(envelopes), [in_words(one.kind for one in e.promises) for e in events], states
    )


async def follow_due_times(
    tx: Transaction, envelopes: Sequence[Envelope[PromiseExtended | PromiseRecomputed]]
) -> None:
    """Keep the due times that were moved: with approval, or because a calendar changed."""
    events = [envelope.event for envelope in envelopes]
    moved = [MovedPromise(event.promise_id, event.due_at) for event in events]
    await move_promises(tx, _notes(envelopes), [event.kind for event in events], moved)


async def stop_promises(tx: Transaction, envelopes: Sequence[Envelope[PromisesPaused]]) -> None:
    """Keep which promises do not count now."""
    events = [envelope.event for envelope in envelopes]
    stopped = [StoppedPromises(event.complaint_id, kind) for event in events for kind in event.kinds]
    await pause_promises(tx, _notes(envelopes), [event.reason for event in events], stopped)


async def go_on_with_promises(tx: Transaction, envelopes: Sequence[Envelope[PromisesResumed]]) -> None:
    """Keep the due times after a pause."""
    events = [envelope.event for envelope in envelopes]
    moved = [MovedPromise(one.promise_id, one.due_at) for event in events for one in event.promises]
    await move_promises(tx, _notes(envelopes), [event.because for event in events], moved)


def _state(event: PromiseAtRisk | PromiseBroken) -> str:
    return "AT_RISK" if isinstance(event, PromiseAtRisk) else "BROKEN"


def _notes(envelopes: Sequence[Envelope[Any]]) -> list[Note]:
    return [
        Note(
            complaint_id=event.complaint_id,
            publisher=event.publisher,
            sequence=envelope.sequence,
            at=envelope.occurred_at,
            what=event.type.split(".")[2],
        )
        for envelope in envelopes
        for event in [envelope.event]
    ]
