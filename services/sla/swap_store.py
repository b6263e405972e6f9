"""Loads and saves what a swap of targets needs and changes: one statement each, however many they are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.vocabulary import Grade, Severity

_MORE = Statement(
    """
    SELECT promise_id, round, coalesce((SELECT sum(seconds) FROM extension
        WHERE extension.promise_id = promise.promise_id), 0) AS extra
    FROM promise WHERE promise_id = ANY (CAST(:ids AS uuid[]))
    """
)
_SWAP = Statement(
    """
    WITH moved AS (
        UPDATE promise SET due_at = v.due_at, target_seconds = v.target_seconds, severity = v.severity,
            cell = v.cell, factor = v.factor, factor_rule = v.factor_rule, calendar = v.calendar,
            calendar_version = v.calendar_version, begins_at = v.begins_at, provisional = v.provisional,
            counted_by = v.counted_by, policy_name = v.policy_name, policy_version = :policy_version
        FROM unnest(CAST(:promise_id AS uuid[]), CAST(:due_at AS timestamptz[]), CAST(:target_seconds AS float8[]),
                CAST(:p_severity AS text[]), CAST(:cell AS text[]), CAST(:factor AS float8[]),
                CAST(:factor_rule AS text[]), CAST(:calendar AS text[]), CAST(:calendar_version AS int[]),
                CAST(:begins_at AS timestamptz[]), CAST(:provisional AS boolean[]), CAST(:counted_by AS jsonb[]),
                CAST(:p_policy_name AS text[]))
             AS v (promise_id, due_at, target_seconds, severity, cell, factor, factor_rule, calendar,
                   calendar_version, begins_at, provisional, counted_by, policy_name)
        WHERE promise.promise_id = v.promise_id),
    given AS (
        SELECT * FROM unnest(CAST(:swap_id AS uuid[]), CAST(:complaint_id AS uuid[]), CAST(:cause AS text[]),
            CAST(:by AS text[]), CAST(:reason AS text[]), CAST(:severity AS text[]),
            CAST(:severity_rule AS text[]), CAST(:grade AS text[]), CAST(:policy_name AS text[]),
            CAST(:targets AS jsonb[]))
        AS v (swap_id, complaint_id, cause, by, reason, severity, severity_rule, grade, policy_name, targets)),
    noted AS (
        INSERT INTO swap (swap_id, complaint_id, cause, by, reason, was, became, swapped_at)
        SELECT swap_id, given.complaint_id, cause, by, reason,
            jsonb_build_object('severity', complaint.severity, 'grade', complaint.grade, 'policy_name',
                complaint.policy_name, 'policy_version', complaint.policy_version, 'targets', complaint.targets),
            jsonb_build_object('severity', given.severity, 'grade', given.grade, 'policy_name',
                given.policy_name, 'policy_version', CAST(:policy_version AS text), 'targets', given.targets),
            now()
        FROM given JOIN complaint USING (complaint_id))
    UPDATE complaint SET severity = given.severity, severity_rule = given.severity_rule, grade = given.grade,
        policy_name = given.policy_name, policy_version = :policy_version, targets = given.targets
    FROM given WHERE complaint.complaint_id = given.complaint_id
    """
)


class More(NamedTuple):
    """What else is needed of a live promise: its round, and the seconds by which it was extended."""

    round: int
    extra: float


class SwappedPromise(NamedTuple):
    """How a promise is counted from now on."""

    promise_id: UUID
    due_at: datetime
    target_seconds: float
    p_severity: Severity
    cell: str
    factor: float
    factor_rule: str | None
    calendar: str | None
    calendar_version: int | None
    begins_at: datetime | None
    provisional: bool
    counted_by: dict[str, Any] | None
    p_policy_name: str


class SwappedComplaint(NamedTuple):
    """What a complaint is from now on, why, and who said so."""

    swap_id: UUID
    complaint_id: UUID
    cause: str
    by: str | None
    reason: str | None
    severity: Severity
    severity_rule: str
    grade: Grade
    policy_name: str
    targets: dict[str, float]


async def load_more(tx: Transaction, ids: Iterable[UUID]) -> Mapping[UUID, More]:
    """Round and extensions of these promises."""
    rows = await tx.fetch(_MORE, {"ids": list(ids)})
    return {promise_id: More(round_, extra) for promise_id, round_, extra in rows}


async def save_swapped(
    tx: Transaction,
    policy_version: str,
    promises: Sequence[SwappedPromise],
    complaints: Sequence[SwappedComplaint],
) -> None:
    """Store new targets, the snapshot that goes with them, and that they were swapped."""
    rows: dict[str, Any] = {"policy_version": policy_version}
    for shape, items in ((SwappedPromise, promises), (SwappedComplaint, complaints)):
        rows |= {name: [getattr(item, name) for item in items] for name in shape._fields}
    await tx.fetch(_SWAP, rows)
