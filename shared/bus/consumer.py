"""Reads the log for one service and lets every event take effect once, in order, in one transaction per batch.

A batch that fails for a passing reason (database, broker) is tried again and again while the membership is kept.
One that fails otherwise is applied event by event; an event that fails five times is parked and the later events
of its subject wait behind it. Many parked subjects within a minute mean that we are wrong, not they: the consumer
stops and the service is not ready.

Positions are stored once a second and at the end, not after every batch: what is read again after a crash is dropped.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

import structlog

from shared.events.base import Envelope, Event, topic_of

from . import crash_points
from .cloudevents import UndecodableError, envelope_of, from_record, glance_at
from .event_log import EventLog, LogError, Member, Partition, PartitionLostError, StoredRecord
from .inbox import Arrival, Place, Plan, sort_out
from .pacing import Pace, rest_after
from .transience import is_transient
from .unit_of_work import Transaction, UnitOfWork
from .waiting_room import WaitingEvent, WaitingRoom

log = structlog.get_logger()

Reaction: TypeAlias = Callable[[Transaction, Sequence[Envelope[Any]]], Awaitable[None]]
Reactions: TypeAlias = Mapping[type[Event], Reaction]

MAX_RECORDS = 500
ATTEMPTS = 5
TOO_MANY_PARKED, PARKED_WINDOW = 10, 60.0
POLL_TIMEOUT = 0.5
STORE_POSITIONS_EVERY = 1.0
STORE_POSITIONS_WITHIN = 2.0
"""At the end; nobody should have to wait long for a broker that is away."""
SWEEP_EVERY = 1.0
STALLED_AFTER = 30.0
LONGEST_BACKOFF = 5.0


class ReactionError(Exception):
    """A reaction failed on the event at `place`; the cause is chained."""

    def __init__(self, place: Place, kind: str) -> None:
        super().__init__(f"{kind} about {place.subject}, {place.publisher} {place.sequence}")
        self.place = place
        self.kind = kind


class Consumer:
    """Feeds one service's reactions from the publishers it hears."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        event_log: EventLog,
        *,
        group: str,
        member_id: str,
        hears: Iterable[str],
        reactions: Reactions,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._log = event_log
        self._group, self._member_id = group, member_id
        self._hears = frozenset(hears)
        self.reacts_with(reactions)
        self.max_records = MAX_RECORDS
        self.pace = Pace.CALM
        self._room = WaitingRoom(unit_of_work)
        self._parked_at: deque[float] = deque()
        self._last_progress = 0.0
        self._last_sweep = 0.0
        self._positions: dict[Partition, int] = {}
        self._positions_stored_at = 0.0
        self._restarts = 0
        self.applied = self.duplicates = self.held = self.parked = 0
        self.turned_at = 0.0
        self.member: Member | None = None
        self.stopped_because: str | None = None

    def reacts_with(self, reactions: Reactions) -> None:
        """From the next transaction on these are the reactions."""
        self._reactions = {event.type: reaction for event, reaction in reactions.items()}

    async def run(self) -> None:
        """Consume until cancelled, or until too many events had to be parked."""
        clock = asyncio.get_running_loop().time
        while self.stopped_because is None:
            try:
                self.member = self._log.member(
                    self._group, self._member_id, [topic_of(publisher) for publisher in sorted(self._hears)]
                )
                await self.member.start()
                self._positions.clear()
                self._last_progress = clock()
                await self._consume(self.member)
            except (LogError, OSError) as error:
                log.warning("consumer.log_unavailable", group=self._group, reason=type(error).__name__)
                await asyncio.sleep(1.0)
            finally:
                if self.member is not None:
                    with suppress(LogError, OSError, TimeoutError):
                        async with asyncio.timeout(STORE_POSITIONS_WITHIN):
                            await self._store_positions(self.member)
                    await self.member.close()

    async def _consume(self, member: Member) -> None:
        clock = asyncio.get_running_loop().time
        while self.stopped_because is None:
            self.turned_at = clock()
            timeout = STORE_POSITIONS_EVERY if self._positions else POLL_TIMEOUT
            records = await member.poll(self.max_records, timeout)
            if records:
                began = clock()
                await self.apply(records, member)
                crash_points.reached("after_apply_before_position_commit")
                self._positions |= {record.lane: record.offset + 1 for record in records}
                self._last_progress, self._restarts = clock(), 0
                if len(records) < self.max_records:
                    await asyncio.sleep(rest_after(clock() - began, self.pace))
            if clock() - self._positions_stored_at >= STORE_POSITIONS_EVERY:
                await self._store_positions(member)
            if clock() - self._last_sweep >= SWEEP_EVERY:
                self._last_sweep = clock()
                await self._patiently(self.sweep, member)
            if not records and await self._has_stalled(member):
                return

    async def _store_positions(self, member: Member) -> None:
        """Store how far the group has come in each partition that went on since the last time."""
        self._positions_stored_at = asyncio.get_running_loop().time()
        if not self._positions:
            return
        positions, self._positions = self._positions, {}
        try:
            await member.commit(positions)
        except PartitionLostError as lost:
            # The new owner reads these events again, and drops them by sequence.
            log.info("consumer.partition_lost", group=self._group, reason=str(lost))

    async def apply(self, records: Sequence[StoredRecord], member: Member | None = None) -> None:
        """Let these records take effect; returns when each is applied, a duplicate, held or parked."""
        try:
            await self._patiently(lambda: self._apply(records), member)
        except Exception as error:  # noqa: BLE001 - find the one event that fails, let the others through
            log.warning("consumer.batch_failed", group=self._group, reason=repr(error.__cause__ or error))
            for record in records:
                await self._apply_alone([record], member)

    async def _apply_alone(self, records: Sequence[StoredRecord], member: Member | None) -> None:
        """Apply one record and what it releases; park the event that keeps failing and go on."""
        failures: dict[Place, int] = {}
        poison: dict[Place, str] = {}
        while True:
            try:
                await self._patiently(lambda: self._apply(records, poison, one_by_one=True), member)
            except ReactionError as failed:
                failures[failed.place] = failures.get(failed.place, 0) + 1
                if failures[failed.place] >= ATTEMPTS:
                    poison[failed.place] = f"{type(failed.__cause__).__name__}: {failed.kind}"
                    log.exception(
                        "consumer.event_parked",
                        group=self._group,
                        place=failed.place,
                        exc_info=failed.__cause__,
                    )
                    self._note_parked()
                continue
            return

    async def _patiently(self, attempt: Callable[[], Awaitable[None]], member: Member | None) -> None:
        """Run `attempt` until it does not fail for a passing reason, keeping the membership alive meanwhile."""
        backoff = 0.05
        while True:
            try:
                await attempt()
            except Exception as error:
                cause = error.__cause__ if isinstance(error, ReactionError) and error.__cause__ else error
                if not is_transient(cause):
                    raise
                log.warning(
                    "consumer.waits", group=self._group, reason=type(cause).__name__, again_in_s=backoff
                )
                await self._keep_membership(member, backoff)
                backoff = min(backoff * 2, LONGEST_BACKOFF)
                continue
            return

    async def _keep_membership(self, member: Member | None, seconds: float) -> None:
        if member is None:
            await asyncio.sleep(seconds)
            return
        member.pause()
        try:
            await member.poll(1, seconds)
        except LogError:
            await asyncio.sleep(seconds)
        finally:
            member.resume()

    async def _apply(
        self,
        records: Sequence[StoredRecord],
        poison: Mapping[Place, str] | None = None,
        *,
        one_by_one: bool = False,
    ) -> None:
        arrivals, undecodable = self._read(records)
        async with self._unit_of_work.begin(*{arrival.place.subject for arrival in arrivals}) as tx:
            await self._room.keep_undecodable(tx, undecodable)
            plan = await self._apply_in(tx, arrivals, poison or {}, one_by_one)
        self.applied += sum(map(len, plan.waves))
        self.duplicates += len(plan.duplicates)
        self.held += len(plan.waiting)
        self.parked += len(plan.parked) + len(undecodable)

    async def sweep(self) -> None:
        """Apply what waits and could go on: after a dead letter was released, or once its cause has arrived."""
        for subject in await self._room.subjects_that_may_go_on():
            async with self._unit_of_work.begin(subject) as tx:
                plan = await self._apply_in(tx, [], {}, one_by_one=False)
            self.applied += sum(map(len, plan.waves))

    async def _apply_in(
        self, tx: Transaction, arrivals: list[Arrival], poison: Mapping[Place, str], one_by_one: bool
    ) -> Plan:
        waiting = [
            self._arrival(one.place, one.type, one, partial(from_record, one.headers, one.value), held=True)
            for one in await self._room.load(tx)
        ]
        reactions = self._reactions
        plan = sort_out(tx.streams, [*waiting, *arrivals], self._hears, poison)
        for wave in plan.waves:
            await _apply_wave(tx, wave, reactions, one_by_one)
            await asyncio.sleep(0)  # let requests and timers in between waves
        await self._room.save(tx, plan, poison)
        return plan

    def _read(self, records: Sequence[StoredRecord]) -> tuple[list[Arrival], list[tuple[StoredRecord, str]]]:
        arrivals, undecodable = [], []
        for record in records:
            try:
                seen = glance_at(record)
            except UndecodableError as error:
                undecodable.append((record, str(error)))
                continue
            if seen.publisher not in self._hears:
                undecodable.append((record, f"{seen.publisher} does not publish on {record.topic}"))
                continue
            place = Place(seen.subject, seen.publisher, seen.sequence)
            arrivals.append(self._arrival(place, seen.type, record, partial(envelope_of, record)))
        return arrivals, undecodable

    def _arrival(
        self,
        place: Place,
        kind: str,
        bytes_of: StoredRecord | WaitingEvent,
        decode: Callable[[], Envelope[Event]],
        *,
        held: bool = False,
    ) -> Arrival:
        envelope, error = None, None
        if kind in self._reactions:
            try:
                envelope = decode()
            except UndecodableError as undecodable:
                error = str(undecodable)
        return Arrival(place, kind, bytes_of.headers, bytes_of.value, envelope, error, held)

    def _note_parked(self) -> None:
        now = asyncio.get_running_loop().time()
        self._parked_at.append(now)
        while now - self._parked_at[0] > PARKED_WINDOW:
            self._parked_at.popleft()
        if len(self._parked_at) >= TOO_MANY_PARKED:
            self.stopped_because = f"{TOO_MANY_PARKED} subjects were parked within {PARKED_WINDOW:.0f} s"
            log.error("consumer.stopped", group=self._group, reason=self.stopped_because)

    async def _has_stalled(self, member: Member) -> bool:
        """True if there is something to read and nothing has come for long: then the member is made anew."""
        clock = asyncio.get_running_loop().time
        if clock() - self._last_progress < STALLED_AFTER:
            return False
        self._last_progress = clock()
        if not any((await member.lag()).values()):
            return False
        self._restarts += 1
        log.error("consumer.stalled", group=self._group, restarts=self._restarts)
        return True

    @property
    def reacts_to(self) -> frozenset[str]:
        """The types of the events that have an effect here."""
        return frozenset(self._reactions)

    @property
    def is_stuck(self) -> bool:
        """True when a new member did not help either; the process should be restarted."""
        return self._restarts >= 3


async def _apply_wave(
    tx: Transaction, wave: Sequence[Arrival], reactions: Mapping[str, Reaction], one_by_one: bool
) -> None:
    by_reaction: dict[Reaction, list[Arrival]] = defaultdict(list)
    for arrival in sorted(wave, key=lambda arrival: arrival.type):
        tx.mark_applied(*arrival.place)
        if reaction := reactions.get(arrival.type):
            by_reaction[reaction].append(arrival)
    for reaction, arrivals in by_reaction.items():
        for part in [[one] for one in arrivals] if one_by_one else [arrivals]:
            try:
                await reaction(tx, [one.envelope for one in part if one.envelope is not None])
                if one_by_one:
                    await tx.write_what_is_late()
            except Exception as error:
                raise ReactionError(part[0].place, part[0].type) from error
            crash_points.reached("mid_batch")
