"""Ends promises, many at a time: kept or withdrawn, told, and no longer watched."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.sla import PromiseBroken, PromiseKept
from shared.events.vocabulary import PromiseKind
from shared.runtime.timers import disarm

from .metrics import SETTLED
from .promise_rows import LivePromise, Settled
from .promises import load_live_of, save_settled
from .settle import PromiseState, settle


class End(NamedTuple):
    """What `because_of` tells of, with its time, ends promises to its complaint: KEPT or WITHDRAWN."""

    because_of: Envelope[Any]
    happened_at: datetime
    state: PromiseState = PromiseState.KEPT


async def settle_promises(tx: Transaction, kinds: Sequence[PromiseKind], ends: Sequence[End]) -> None:
    """End the live promises of these kinds; at most one end per complaint, and the complaints are locked.

    A breach that is told here reaches no level of the ladder: nobody is called to do what was just done. That
    a promise was withdrawn is not told, for everybody hears that the complaint was closed.
    """
    by_complaint = {end.because_of.event.complaint_id: end for end in ends}
    if not by_complaint:
        return
    live = await load_live_of(tx, by_complaint, kinds)
    settled = [_settle_one(tx, promise, by_complaint[promise.complaint_id]) for promise in live]
    await save_settled(tx, settled)
    await disarm(tx, [promise.promise_id for promise in live if promise.next_rung is not None])


def _settle_one(tx: Transaction, promise: LivePromise, end: End) -> Settled:
    done_at, late, broken_first = settle(
        promise.due_at, promise.broken_at is not None, end.happened_at, tx.now
    )
    facts: dict[str, Any] = {
        "complaint_id": promise.complaint_id,
        "promise_id": promise.promise_id,
        "kind": promise.kind,
        "due_at": promise.due_at,
    }
    if broken_first:
        tx.publish(PromiseBroken(**facts, broken_at=tx.now), because_of=end.because_of)
    broken_at = tx.now if broken_first else promise.broken_at
    if end.state is PromiseState.WITHDRAWN:
        SETTLED.labels(promise.kind, "withdrawn").inc()
        return Settled(promise.promise_id, end.state, broken_at, None, None)
    tx.publish(
        PromiseKept(**facts, kept_at=done_at, late=late), occurred_at=done_at, because_of=end.because_of
    )
    SETTLED.labels(promise.kind, "late" if late else "kept").inc()
    return Settled(promise.promise_id, end.state, broken_at, done_at, late)
