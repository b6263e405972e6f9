"""Ends promises, many at a time: kept or withdrawn, told, and no longer watched."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.sla import KeptPromise, PromiseBroken, PromisesKept
from shared.events.vocabulary import PromiseKind

from .ask_superior import is_their_answer
from .metrics import SETTLED
from .promise_rows import LivePromise, Settled
from .promises import load_live_of, save_settled
from .settle import PromiseState, settle
from .superior_store import load_above


class End(NamedTuple):
    """What `because_of` tells of, with its time, ends promises of these kinds to its complaint: KEPT or WITHDRAWN.

    done_by: who did it, where that matters: the answer of a superior has to be theirs.
    """

    because_of: Envelope[Any]
    happened_at: datetime
    kinds: Collection[PromiseKind]
    state: PromiseState = PromiseState.KEPT
    done_by: Collection[str] | None = None


async def settle_promises(tx: Transaction, ends: Sequence[End]) -> None:
    """End live promises; at most one end per complaint, and the complaints are locked.

    What one occasion keeps is told in one event. A breach that is told here reaches no level of the ladder: nobody is
    called to do what was just done. That a promise was withdrawn is not told, for everybody hears that the complaint
    was closed.
    """
    by_complaint = {end.because_of.event.complaint_id: end for end in ends}
    if not by_complaint:
        return
    kinds = {kind for end in ends for kind in end.kinds}
    live: dict[UUID, list[LivePromise]] = {}
    found = await load_live_of(tx, by_complaint, kinds)
    for promise in await _without_unanswered(tx, found, by_complaint):
        if promise.kind in by_complaint[promise.complaint_id].kinds:
            live.setdefault(promise.complaint_id, []).append(promise)
    settled = [
        one
        for complaint_id, promises in live.items()
        for one in _end(tx, by_complaint[complaint_id], promises)
    ]
    await save_settled(tx, settled)


async def _without_unanswered(
    tx: Transaction, found: Sequence[LivePromise], ends: Mapping[UUID, End]
) -> Sequence[LivePromise]:
    """Leave out promises of a superior's answer where somebody else did it; nearly always there is none to look at."""
    asked = [
        one
        for one in found
        if one.kind is PromiseKind.SUPERIOR and ends[one.complaint_id].done_by is not None
    ]
    if not asked:
        return found
    above = await load_above(tx, [one.complaint_id for one in asked])
    unanswered = set()
    for one in asked:
        end, lead_id = ends[one.complaint_id], above[one.complaint_id].lead_id
        if not is_their_answer(end.done_by or (), end.happened_at, one.starts_at, lead_id):
            unanswered.add(one.promise_id)
    return [one for one in found if one.promise_id not in unanswered]


def _end(tx: Transaction, end: End, promises: Sequence[LivePromise]) -> list[Settled]:
    """End these promises to one complaint, and tell what was broken or kept by it."""
    settled, kept = [], []
    for promise in promises:
        done_at, late, broken_first = settle(
            promise.due_at, promise.broken_at is not None, end.happened_at, tx.now
        )
        facts: dict[str, Any] = {
            "promise_id": promise.promise_id,
            "kind": promise.kind,
            "due_at": promise.due_at,
        }
        if broken_first:
            broken = PromiseBroken(complaint_id=promise.complaint_id, **facts, broken_at=tx.now)
            tx.publish(broken, because_of=end.because_of)
        broken_at = tx.now if broken_first else promise.broken_at
        if end.state is PromiseState.WITHDRAWN:
            SETTLED.labels(promise.kind, "withdrawn").inc()
            settled.append(Settled(promise.promise_id, end.state, broken_at, None, None))
        else:
            kept.append(KeptPromise(**facts, late=late))
            SETTLED.labels(promise.kind, "late" if late else "kept").inc()
            settled.append(Settled(promise.promise_id, end.state, broken_at, done_at, late))
    if kept:
        kept_at = min(end.happened_at, tx.now)
        told = PromisesKept(
            complaint_id=end.because_of.event.complaint_id, promises=tuple(kept), kept_at=kept_at
        )
        tx.publish(told, occurred_at=kept_at, because_of=end.because_of)
    return settled
