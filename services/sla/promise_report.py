"""Counts what became of promises, grouped by what is asked for; one statement, in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork


class Dimension(StrEnum):
    """What promises can be grouped by; week, weekday and hour are those of the start, on the clock of the zone."""

    KIND = "kind"
    DEPARTMENT = "department"
    CATEGORY = "category"
    SEVERITY = "severity"
    GRADE = "grade"
    AREA = "area"
    CHANNEL = "channel"
    CASE_TYPE = "case_type"
    POLICY = "policy"
    WEEK = "week"
    WEEKDAY = "weekday"
    HOUR = "hour"


_LOCAL = "promise.starts_at AT TIME ZONE CAST(:zone AS text)"
_COLUMNS = {
    Dimension.KIND: "promise.kind",
    Dimension.DEPARTMENT: "complaint.department",
    Dimension.CATEGORY: "complaint.category",
    Dimension.SEVERITY: "promise.severity",
    Dimension.GRADE: "complaint.grade",
    Dimension.AREA: "complaint.area",
    Dimension.CHANNEL: "complaint.channel",
    Dimension.CASE_TYPE: "complaint.case_type",
    Dimension.POLICY: "promise.policy_name",
    Dimension.WEEK: f"to_char({_LOCAL}, 'IYYY-\"W\"IW')",
    Dimension.WEEKDAY: f"CAST(extract(isodow FROM {_LOCAL}) AS int)",
    Dimension.HOUR: f"CAST(extract(hour FROM {_LOCAL}) AS int)",
}
FIGURES = (
    "made",
    "kept",
    "late",
    "broken",
    "withdrawn",
    "open",
    "late_up_to_1_h",
    "late_up_to_4_h",
    "late_up_to_1_d",
    "late_up_to_3_d",
    "late_more",
    "lateness_median",
    "lateness_p90",
    "lateness_longest",
    "time_taken_median",
    "time_taken_p90",
)


class Asked(NamedTuple):
    """Promises that started in this time, grouped; None is no filter."""

    by: tuple[Dimension, ...]
    since: datetime
    until: datetime
    zone: str
    limit: int
    kind: str | None = None
    severity: str | None = None
    grade: str | None = None
    department: str | None = None
    area: str | None = None
    category: str | None = None


async def report(work: UnitOfWork, asked: Asked) -> dict[str, Any]:
    """The largest groups, with the number of those that are left out. Times in seconds."""
    values = asked._asdict()
    by = asked.by
    rows = await work.fetch(_statement(by), values)
    groups = rows[0]["groups"] if rows else 0
    return {"groups": [_group(row, by) for row in rows], "left_out": groups - len(rows)}


@cache
def _statement(by: tuple[Dimension, ...]) -> Statement:
    groups = ", ".join(f"{_COLUMNS[one]} AS {one}" for one in by)
    numbers = ", ".join(str(number) for number in range(1, len(by) + 1))
    return Statement(
        f"""
        WITH counted AS (
            SELECT {groups}, promise.late AS was_late, state, broken_at, settled_at,
                extract(epoch FROM kept_at - promise.starts_at) AS taken,
                CASE WHEN broken_at IS NOT NULL OR promise.late THEN
                    extract(epoch FROM coalesce(kept_at, settled_at, now()) - due_at) END AS lateness
            FROM promise JOIN complaint USING (complaint_id)
            WHERE promise.starts_at >= :since AND promise.starts_at < :until
                AND (CAST(:kind AS text) IS NULL OR promise.kind = :kind)
                AND (CAST(:severity AS text) IS NULL OR promise.severity = :severity)
                AND (CAST(:grade AS text) IS NULL OR complaint.grade = :grade)
                AND (CAST(:department AS text) IS NULL OR complaint.department = :department)
                AND (CAST(:area AS text) IS NULL OR complaint.area = :area)
                AND (CAST(:category AS text) IS NULL OR complaint.category = :category
                     OR starts_with(complaint.category, CAST(:category AS text) || '/')))
        SELECT {", ".join(by)}, count(*) AS made,
            count(*) FILTER (WHERE state = 'KEPT' AND NOT was_late) AS kept,
            count(*) FILTER (WHERE state = 'KEPT' AND was_late) AS late,
            count(*) FILTER (WHERE state <> 'KEPT' AND broken_at IS NOT NULL) AS broken,
            count(*) FILTER (WHERE state = 'WITHDRAWN' AND broken_at IS NULL) AS withdrawn,
            count(*) FILTER (WHERE settled_at IS NULL AND broken_at IS NULL) AS open,
            count(*) FILTER (WHERE lateness <= 3600) AS late_up_to_1_h,
            count(*) FILTER (WHERE lateness > 3600 AND lateness <= 14400) AS late_up_to_4_h,
            count(*) FILTER (WHERE lateness > 14400 AND lateness <= 86400) AS late_up_to_1_d,
            count(*) FILTER (WHERE lateness > 86400 AND lateness <= 259200) AS late_up_to_3_d,
            count(*) FILTER (WHERE lateness > 259200) AS late_more,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(lateness AS float8)) AS lateness_median,
            percentile_cont(0.9) WITHIN GROUP (ORDER BY CAST(lateness AS float8)) AS lateness_p90,
            CAST(max(lateness) AS float8) AS lateness_longest,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(taken AS float8)) AS time_taken_median,
            percentile_cont(0.9) WITHIN GROUP (ORDER BY CAST(taken AS float8)) AS time_taken_p90,
            count(*) OVER () AS groups
        FROM counted GROUP BY {numbers} ORDER BY made DESC, {numbers} LIMIT :limit
        """  # noqa: S608 - of constants
    )


def _group(row: Mapping[str, Any], by: Sequence[Dimension]) -> dict[str, Any]:
    told = {name: row[name] for name in (*by, *FIGURES)}
    decided = row["kept"] + row["late"] + row["broken"]
    return told | {"share_kept": row["kept"] / decided if decided else None}
