"""Where events wait: for an earlier one, or parked for a person; and the records that are no events at all."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .event_log import StoredRecord
from .headers import pack, unpack
from .inbox import Arrival, Place, Plan
from .statement import Statement
from .unit_of_work import Transaction, UnitOfWork

_LOAD = Statement(
    """
    SELECT subject, publisher, sequence, type, headers, value FROM held
    WHERE subject = ANY (CAST(:subjects AS text[])) ORDER BY subject, publisher, sequence
    """
)
_HOLD = Statement(
    """
    INSERT INTO held (subject, publisher, sequence, type, headers, value, attempts, parked_because)
    SELECT * FROM unnest(CAST(:subjects AS text[]), CAST(:publishers AS text[]), CAST(:sequences AS int[]),
        CAST(:types AS text[]), CAST(:headers AS text[]), CAST(:values AS bytea[]), CAST(:attempts AS smallint[]),
        CAST(:reasons AS text[]))
    ON CONFLICT (subject, publisher, sequence) DO UPDATE
        SET parked_because = excluded.parked_because, attempts = held.attempts + excluded.attempts
    """
)
_RELEASE = Statement(
    """
    DELETE FROM held USING unnest(CAST(:subjects AS text[]), CAST(:publishers AS text[]), CAST(:sequences AS int[]))
        AS gone (subject, publisher, sequence)
    WHERE held.subject = gone.subject AND held.publisher = gone.publisher AND held.sequence = gone.sequence
    """
)
_COUNT = Statement(
    "SELECT subject, count(*) FROM held WHERE subject = ANY (CAST(:subjects AS text[])) GROUP BY subject"
)
_MAY_GO_ON = Statement(
    "SELECT subject FROM stream WHERE waiting > 0 AND NOT blocked ORDER BY subject LIMIT 100"
)
_UNDECODABLE = Statement(
    """
    INSERT INTO undecodable (topic, partition, log_offset, key, headers, value, reason)
    VALUES (:topic, :partition, :log_offset, :key, :headers, :value, :reason) ON CONFLICT DO NOTHING
    """
)


class WaitingEvent(NamedTuple):
    """An event in `held`."""

    place: Place
    type: str
    headers: tuple[tuple[str, bytes], ...]
    value: bytes


class WaitingRoom:
    """The `held` and `undecodable` tables of one service."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def load(self, tx: Transaction) -> list[WaitingEvent]:
        """What waits for the subjects that this transaction has locked."""
        subjects = [stream.subject for stream in tx.streams.values() if stream.waiting]
        if not subjects:
            return []
        rows = await tx.fetch(_LOAD, {"subjects": subjects})
        return [WaitingEvent(Place(*row[:3]), row[3], unpack(row[4]), row[5]) for row in rows]

    async def save(self, tx: Transaction, plan: Plan, reasons: Mapping[Place, str]) -> None:
        """Write down what waits or is parked from now on, and forget what does not wait any more."""
        staying = [*plan.waiting, *plan.parked]
        if staying:
            await tx.fetch(_HOLD, _columns(staying, plan.parked, reasons))
        if plan.released:
            await tx.fetch(_RELEASE, _places(plan.released))
        changed = {arrival.place.subject for arrival in [*staying, *plan.released]}
        if changed:
            rows = await tx.fetch(_COUNT, {"subjects": list(changed)})
            counts: dict[str, int] = {row[0]: row[1] for row in rows}
            for subject in changed:
                tx.streams[subject].waiting = counts.get(subject, 0)
                tx.streams[subject].touched = True
        for arrival in plan.parked:
            tx.streams[arrival.place.subject].blocked = True

    async def keep_undecodable(self, tx: Transaction, records: Sequence[tuple[StoredRecord, str]]) -> None:
        """Park records that are no event of ours, by where they lie in the log."""
        for record, reason in records:
            await tx.fetch(
                _UNDECODABLE,
                {
                    "topic": record.topic,
                    "partition": record.partition,
                    "log_offset": record.offset,
                    "key": record.key,
                    "headers": pack(record.headers),
                    "value": record.value,
                    "reason": reason,
                },
            )

    async def subjects_that_may_go_on(self) -> list[str]:
        """Subjects with events that wait and are not blocked by a parked one."""
        return [subject for (subject,) in await self._unit_of_work.fetch(_MAY_GO_ON, {})]


def _places(arrivals: Sequence[Arrival]) -> dict[str, Any]:
    return {
        "subjects": [arrival.place.subject for arrival in arrivals],
        "publishers": [arrival.place.publisher for arrival in arrivals],
        "sequences": [arrival.place.sequence for arrival in arrivals],
    }


def _columns(
    staying: Sequence[Arrival], parked: Sequence[Arrival], reasons: Mapping[Place, str]
) -> dict[str, Any]:
    parked_places = {arrival.place for arrival in parked}
    return _places(staying) | {
        "types": [arrival.type for arrival in staying],
        "headers": [pack(arrival.headers) for arrival in staying],
        "values": [arrival.value for arrival in staying],
        "attempts": [1 if arrival.place in parked_places else 0 for arrival in staying],
        "reasons": [
            reasons.get(arrival.place, arrival.error) if arrival.place in parked_places else None
            for arrival in staying
        ],
    }
