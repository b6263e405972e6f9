"""Loads and saves promises, many at a time: one statement each, however many they are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.vocabulary import EscalationLevel, Grade, PromiseKind, Severity

from .count_time import from_text
from .promise_rows import (
    Climbed,
    LivePromise,
    Moved,
    MovedOtherwise,
    NewPromise,
    PromisedComplaint,
    Reached,
    Settled,
)
from .settle import PromiseState
from .working_time import Paused

_MAKE = Statement(
    """
    WITH kept AS (
        INSERT INTO complaint (complaint_id, severity, severity_rule, grade, repeat_index, received_at,
            receipt_number, channel, case_type, category, department, area, is_fault, kind, customer_id,
            policy_name, policy_version, targets, contract, protection)
        SELECT * FROM unnest(CAST(:of_complaint_id AS uuid[]), CAST(:of_severity AS text[]),
            CAST(:of_severity_rule AS text[]), CAST(:of_grade AS text[]), CAST(:of_repeat_index AS int[]),
            CAST(:of_received_at AS timestamptz[]), CAST(:of_receipt_number AS text[]),
            CAST(:of_channel AS text[]), CAST(:of_case_type AS text[]), CAST(:of_category AS text[]),
            CAST(:of_department AS text[]), CAST(:of_area AS text[]), CAST(:of_is_fault AS boolean[]),
            CAST(:of_kind AS text[]), CAST(:of_customer_id AS uuid[]), CAST(:of_policy_name AS text[]),
            CAST(:of_policy_version AS text[]), CAST(:of_targets AS jsonb[]),
            CAST(:of_contract AS text[]), CAST(:of_protection AS text[]))),
    watched AS (
        INSERT INTO timer (id, kind, subject, due_at)
        SELECT id, 'promise', CAST(subject AS text), due_at
        FROM unnest(CAST(:promise_id AS uuid[]), CAST(:complaint_id AS uuid[]), CAST(:watched_at AS timestamptz[]))
            AS v (id, subject, due_at))
    INSERT INTO promise (promise_id, complaint_id, kind, round, starts_at, due_at, target_seconds, severity, cell,
        factor, factor_rule, next_rung, calendar, calendar_version, begins_at, provisional, counted_by,
        repeat_index, policy_name, clock, policy_version)
    SELECT v.*, CAST(:policy_version AS text)
    FROM unnest(CAST(:promise_id AS uuid[]), CAST(:complaint_id AS uuid[]), CAST(:kind AS text[]),
        CAST(:round AS int[]), CAST(:starts_at AS timestamptz[]), CAST(:due_at AS timestamptz[]),
        CAST(:target_seconds AS float8[]), CAST(:severity AS text[]), CAST(:cell AS text[]),
        CAST(:factor AS float8[]), CAST(:factor_rule AS text[]), CAST(:next_rung AS text[]),
        CAST(:calendar AS text[]), CAST(:calendar_version AS int[]), CAST(:begins_at AS timestamptz[]),
        CAST(:provisional AS boolean[]), CAST(:counted_by AS jsonb[]),
        CAST(:repeat_index AS int[]), CAST(:policy_name AS text[]),
        CAST(:clock AS text[])) AS v
    """
)
_CLIMB = Statement(
    """
    WITH told AS (
        INSERT INTO rung (promise_id, level, due_at, reached_at, told_late, policy_version)
        SELECT promise_id, level, due_at, now(), told_late, CAST(:policy_version AS text)
        FROM unnest(CAST(:of_promise_id AS uuid[]), CAST(:of_level AS text[]), CAST(:of_due_at AS timestamptz[]),
                    CAST(:of_told_late AS boolean[])) AS v (promise_id, level, due_at, told_late))
    UPDATE promise SET state = v.state, next_rung = v.next_rung, broken_at = v.broken_at
    FROM unnest(CAST(:promise_id AS uuid[]), CAST(:state AS text[]), CAST(:next_rung AS text[]),
                CAST(:broken_at AS timestamptz[])) AS v (promise_id, state, next_rung, broken_at)
    WHERE promise.promise_id = v.promise_id
    """
)
_SETTLE = Statement(
    """
    WITH watched_no_more AS (
        UPDATE timer SET armed = false WHERE id = ANY (CAST(:promise_id AS uuid[])) AND armed)
    UPDATE promise SET state = v.state, broken_at = v.broken_at, kept_at = v.kept_at, late = v.late,
        settled_at = now(), next_rung = NULL
    FROM unnest(CAST(:promise_id AS uuid[]), CAST(:state AS text[]), CAST(:broken_at AS timestamptz[]),
                CAST(:kept_at AS timestamptz[]), CAST(:late AS boolean[]))
         AS v (promise_id, state, broken_at, kept_at, late)
    WHERE promise.promise_id = v.promise_id
    """
)
# What hardly ever changes is told only where it does, and a timer that stays where it is is not touched.
_MOVE = Statement(
    """
    WITH v AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:promise_id AS uuid[]), CAST(:due_at AS timestamptz[]),
                             CAST(:watched_at AS timestamptz[])) AS given (promise_id, due_at, watched_at)),
    watched AS (
        UPDATE timer SET due_at = v.watched_at, armed = true, fired_at = NULL, generation = generation + 1
        FROM v WHERE timer.id = v.promise_id AND v.watched_at IS NOT NULL
            AND NOT (timer.armed AND timer.due_at = v.watched_at))
    UPDATE promise SET due_at = v.due_at, calendar_version = newest.version,
        target_seconds = coalesce(o.target_seconds, promise.target_seconds),
        begins_at = coalesce(o.begins_at, promise.begins_at),
        provisional = coalesce(o.provisional, promise.provisional)
    FROM v LEFT JOIN unnest(CAST(:of_promise_id AS uuid[]), CAST(:of_target_seconds AS float8[]),
                            CAST(:of_begins_at AS timestamptz[]), CAST(:of_provisional AS boolean[]))
             AS o (promise_id, target_seconds, begins_at, provisional) USING (promise_id),
        unnest(CAST(:calendars AS text[]), CAST(:versions AS int[])) AS newest (calendar, version)
    WHERE promise.promise_id = v.promise_id AND promise.calendar = newest.calendar
    """
)
_COMPLAINTS = Statement(
    """
    SELECT complaint_id, severity, severity_rule, grade, repeat_index, received_at, receipt_number, channel,
        case_type, category, department, area, is_fault, kind, customer_id, policy_name, policy_version, targets,
        contract, protection
    FROM complaint WHERE complaint_id = ANY (CAST(:ids AS uuid[]))
    """
)
# OFFSET 0 keeps the planner from reading the index of all live promises instead, which it prefers while it has
# no statistics of a table that fills fast: a hundred times slower with 20,000 rows, worse with more.
_LIVE = Statement(
    """
    SELECT found.* FROM unnest(CAST(:ids AS uuid[])) AS given (id) CROSS JOIN LATERAL (
        SELECT promise_id, complaint_id, kind, severity, starts_at, due_at, state, next_rung, broken_at, calendar,
               calendar_version, begins_at, provisional, CAST(counted_by AS text), paused_since, pauses,
               target_seconds, cell, repeat_index, settled_at
        FROM promise WHERE promise_id = given.id OFFSET 0) AS found
    WHERE settled_at IS NULL
    """
)
_LIVE_BETWEEN = Statement(
    """
    SELECT promise_id, complaint_id, kind, severity, starts_at, due_at, state, next_rung, broken_at, calendar,
        calendar_version, begins_at, provisional, CAST(counted_by AS text), paused_since, pauses, target_seconds,
        cell, repeat_index, settled_at
    FROM promise WHERE settled_at IS NULL AND calendar = :calendar AND promise_id BETWEEN :first AND :last
    ORDER BY promise_id
    """
)
_LIVE_OF = Statement(
    """
    SELECT found.* FROM unnest(CAST(:complaints AS uuid[])) AS given (id) CROSS JOIN LATERAL (
        SELECT promise_id, complaint_id, kind, severity, starts_at, due_at, state, next_rung, broken_at, calendar,
               calendar_version, begins_at, provisional, CAST(counted_by AS text), paused_since, pauses,
               target_seconds, cell, repeat_index, settled_at
        FROM promise WHERE complaint_id = given.id AND kind = ANY (CAST(:kinds AS text[])) OFFSET 0) AS found
    WHERE settled_at IS NULL ORDER BY due_at, promise_id
    """
)


async def save_new(
    tx: Transaction,
    policy_version: str,
    promises: Sequence[NewPromise],
    watched_at: Sequence[datetime],
    complaints: Sequence[PromisedComplaint] = (),
) -> None:
    """Store promises that were just made, each watched from a moment on, and what later promises depend on."""
    rows = _columns(NewPromise, promises) | _columns(PromisedComplaint, complaints, "of_")
    await tx.fetch(_MAKE, {"policy_version": policy_version, "watched_at": watched_at, **rows})


async def load_complaints(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, PromisedComplaint]:
    """What was kept of these complaints, by id."""
    return {
        row[0]: PromisedComplaint(row[0], Severity(row[1]), row[2], Grade(row[3]), *row[4:])
        for row in await tx.fetch(_COMPLAINTS, {"ids": list(ids)})
    }


async def load_live(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, LivePromise]:
    """Those of these promises that are neither kept nor withdrawn, by id."""
    return {row[0]: _live(row) for row in await tx.fetch(_LIVE, {"ids": list(ids)})}


async def load_live_between(
    tx: Transaction, calendar: str, promises: Sequence[UUID]
) -> dict[UUID, LivePromise]:
    """`load_live` of promises in a calendar that lie close together, in order: read as they lie there."""
    values = {"calendar": calendar, "first": promises[0], "last": promises[-1]}
    wanted = set(promises)
    return {row[0]: _live(row) for row in await tx.fetch(_LIVE_BETWEEN, values) if row[0] in wanted}


async def load_live_of(
    tx: Transaction, complaints: Iterable[UUID], kinds: Iterable[PromiseKind]
) -> list[LivePromise]:
    """The promises of these kinds to these complaints that are neither kept nor withdrawn, by due time."""
    values = {"complaints": list(complaints), "kinds": list(kinds)}
    return [_live(row) for row in await tx.fetch(_LIVE_OF, values)]


async def save_climbed(
    tx: Transaction, climbed: Sequence[Climbed], reached: Sequence[Reached], policy_version: str
) -> None:
    """Store the rungs that were reached, and how their promises stand now."""
    if climbed:
        values = _columns(Climbed, climbed) | _columns(Reached, reached, "of_")
        await tx.fetch(_CLIMB, values | {"policy_version": policy_version})


async def save_settled(tx: Transaction, settled: Sequence[Settled]) -> None:
    """Store the ends of promises, which nobody watches from now on."""
    if settled:
        await tx.fetch(_SETTLE, _columns(Settled, settled))


async def save_moved(
    tx: Transaction, versions: Mapping[str, int], moved: Sequence[Moved], others: Sequence[MovedOtherwise]
) -> None:
    """Store when promises are due and watched now, counted in these versions of their calendars."""
    if moved:
        newest = {"calendars": list(versions), "versions": list(versions.values())}
        await tx.fetch(_MOVE, _columns(Moved, moved) | _columns(MovedOtherwise, others, "of_") | newest)


def _columns(shape: Any, rows: Sequence[Any], prefix: str = "") -> dict[str, Sequence[Any]]:
    """Array parameters, one per field of the shape that all rows have."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(shape._fields)
    return {prefix + name: column for name, column in zip(shape._fields, columns, strict=True)}


def paused(pauses: Mapping[str, Sequence[Sequence[str]]] | None) -> tuple[Paused, ...]:
    """The pauses of a promise as they are stored."""
    return tuple(
        Paused(datetime.fromisoformat(since), datetime.fromisoformat(until))
        for since, until in (pauses or {}).get("intervals", ())
    )


# A tenth of what it costs to call the vocabulary, for every promise that is watched.
_KINDS = {kind.value: kind for kind in PromiseKind}
_SEVERITIES = {severity.value: severity for severity in Severity}
_STATES = {state.value: state for state in PromiseState}
_LEVELS = {level.value: level for level in EscalationLevel}


def _live(row: Row) -> LivePromise:
    promise_id, complaint_id, kind, severity, starts_at, due_at, state, next_rung, broken_at, *counted = row
    calendar, version, begins_at, provisional, counted_by, paused_since, pauses, seconds, cell, index, _ = (
        counted
    )
    return LivePromise(
        promise_id,
        complaint_id,
        _KINDS[kind],
        _SEVERITIES[severity],
        starts_at,
        due_at,
        _STATES[state],
        next_rung and _LEVELS[next_rung],
        broken_at,
        calendar,
        version,
        begins_at,
        provisional,
        from_text(calendar, version, counted_by) if calendar is not None else None,
        paused_since,
        paused(pauses),
        seconds,
        cell,
        index,
    )
