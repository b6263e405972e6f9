"""Decides which of the events at hand may take effect now: each once, in order per publisher, causes before effects."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from shared.events.base import Envelope, Event

from .unit_of_work import Stream


class Place(NamedTuple):
    """Where an event stands: it is its publisher's `sequence`-th about the subject."""

    subject: str
    publisher: str
    sequence: int


@dataclass(slots=True, eq=False)
class Arrival:
    """An event at hand. `envelope` is None for types this service ignores: they only advance the order.

    error: why its data could not be read, if so; headers and value: as they came, to be held if need be;
    held: it was in `held` already.
    """

    place: Place
    type: str
    headers: tuple[tuple[str, bytes], ...]
    value: bytes
    envelope: Envelope[Event] | None
    error: str | None = None
    held: bool = False


@dataclass(slots=True)
class Plan:
    """What to do with the events at hand.

    waves: apply in order; a wave has at most one event per subject. duplicates: took effect earlier.
    waiting: keep in `held`. released: were in `held` and are there no longer. parked: to be parked, blocking
    their subject.
    """

    waves: list[list[Arrival]] = field(default_factory=list)
    duplicates: list[Arrival] = field(default_factory=list)
    waiting: list[Arrival] = field(default_factory=list)
    released: list[Arrival] = field(default_factory=list)
    parked: list[Arrival] = field(default_factory=list)


def sort_out(
    streams: Mapping[str, Stream],
    arrivals: Iterable[Arrival],
    heard: Collection[str],
    poison: Collection[Place] = (),
) -> Plan:
    """Plan the events at hand. `heard`: publishers this service reads; `poison`: places to park when reached.

    An event at or below the last sequence of its publisher is a duplicate; the next one is applied if everything
    it came after, as far as this service hears of it, is applied; all others wait. Arrivals that were held come
    first. Pure: the streams are not changed.
    """
    plan = Plan()
    by_subject: dict[str, dict[Place, Arrival]] = {}
    for arrival in arrivals:
        known = by_subject.setdefault(arrival.place.subject, {})
        if arrival.place in known:
            plan.duplicates.append(arrival)
        else:
            known[arrival.place] = arrival
    for subject, at_hand in by_subject.items():
        _plan_subject(streams[subject], list(at_hand.values()), heard, poison, plan)
    return plan


def _plan_subject(
    stream: Stream, at_hand: list[Arrival], heard: Collection[str], poison: Collection[Place], plan: Plan
) -> None:
    applied = dict(stream.applied)
    queue = sorted(at_hand, key=lambda arrival: (arrival.place.sequence, arrival.place.publisher))
    blocked = stream.blocked
    wave = 0
    while not blocked and (ready := _first_ready(queue, applied, heard)):
        queue.remove(ready)
        if ready.place in poison or ready.error is not None:
            plan.parked.append(ready)
            blocked = True
            continue
        applied[ready.place.publisher] = ready.place.sequence
        if wave == len(plan.waves):
            plan.waves.append([])
        plan.waves[wave].append(ready)
        wave += 1
        if ready.held:
            plan.released.append(ready)
    _settle_rest(queue, applied, plan)


def _first_ready(queue: list[Arrival], applied: Mapping[str, int], heard: Collection[str]) -> Arrival | None:
    return next((arrival for arrival in queue if _is_next(arrival, applied, heard)), None)


def _settle_rest(queue: list[Arrival], applied: Mapping[str, int], plan: Plan) -> None:
    for arrival in queue:
        if arrival.place.sequence <= applied.get(arrival.place.publisher, 0):
            plan.duplicates.append(arrival)
            if arrival.held:
                plan.released.append(arrival)
        elif not arrival.held:
            plan.waiting.append(arrival)


def _is_next(arrival: Arrival, applied: Mapping[str, int], heard: Collection[str]) -> bool:
    _, publisher, sequence = arrival.place
    if sequence != applied.get(publisher, 0) + 1:
        return False
    if arrival.envelope is None:
        return True
    return all(
        applied.get(earlier, 0) >= last
        for earlier, last in arrival.envelope.after.items()
        if earlier in heard
    )
