"""The doors of reports: what became of promises, by what is asked for, and how even that is between areas."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator, AwareDatetime
from pydantic_core import to_jsonable_python

from shared.bus.statement import Statement
from shared.events.vocabulary import Grade, PromiseKind, Severity
from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable

from .api import ClockOf, in_our_time
from .evenness import Result, as_table, evenness
from .promise_report import Asked, Dimension, report

router = service_router("sla", tags=["reports"])

USUAL, LONGEST = timedelta(days=92), timedelta(days=1100)
MOST_GROUPS = 1000
_NOW = Statement("SELECT now()")
CSV_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}

Moment = Annotated[
    AwareDatetime | None,
    AfterValidator(lambda moment: moment and in_our_time(moment)),
    Query(description="promises that started from (since) or before (until) then; the last 92 days without"),
]
Name = Annotated[str | None, Query(max_length=200), Storable]
Format = Annotated[Literal["json", "csv"], Query(alias="format", description="json or csv")]


async def _span(work: Work, since: Moment = None, until: Moment = None) -> tuple[datetime, datetime]:
    if until is None:
        [(until,)] = await work.fetch(_NOW, {})
    since = since or until - USUAL
    if not timedelta() < until - since <= LONGEST:
        raise UnprocessableError(
            f"must be later than since, by at most {LONGEST.days} days",
            f"必须晚于 since，且相差不超过 {LONGEST.days} 天",
            field="until",
        )
    return since, until


Span = Annotated[tuple[datetime, datetime], Depends(_span)]


@router.get("/reports/promises", summary="What became of promises, by groups", responses=CSV_ANSWER)
async def promises_by(
    work: Work,
    span: Span,
    *,
    by: Annotated[
        list[Dimension] | None, Query(max_length=3, description="up to three; kind without it")
    ] = None,
    kind: Annotated[PromiseKind | None, Query()] = None,
    severity: Annotated[Severity | None, Query()] = None,
    grade: Annotated[Grade | None, Query()] = None,
    department: Name = None,
    area: Name = None,
    category: Name = None,
    zone: ClockOf = None,
    limit: Annotated[int, Query(ge=1, le=MOST_GROUPS)] = MOST_GROUPS,
    as_format: Format = "json",
) -> Response:
    """The largest groups first. late: kept after its time; broken: not kept though due; times in seconds."""
    dimensions = tuple(dict.fromkeys(by or [Dimension.KIND]))
    since, until = span
    asked = Asked(
        dimensions, since, until, zone or "UTC", limit, kind, severity, grade, department, area, category
    )
    found = await report(work, asked)
    if as_format == "csv":
        return Response(as_csv(found["groups"]), media_type="text/csv; charset=utf-8")
    told = {"since": since, "until": until, "zone": asked.zone, "by": list(dimensions), **found}
    return JSONResponse(to_jsonable_python(told))


@router.get("/reports/evenness", summary="Whether results are the same everywhere")
async def evenness_of(
    work: Work,
    span: Span,
    *,
    across: Annotated[
        Literal[Dimension.AREA, Dimension.DEPARTMENT, Dimension.CHANNEL, Dimension.CATEGORY],
        Query(description="what is compared"),
    ] = Dimension.AREA,
    kind: Annotated[PromiseKind, Query()] = PromiseKind.SOLVE,
    severity: Annotated[Severity | None, Query()] = None,
    grade: Annotated[Grade | None, Query()] = None,
) -> dict[str, Any]:
    """The variance of the share kept in time, what chance alone would give, and who stands out; the worst first."""
    since, until = span
    found = await report(work, Asked((across,), since, until, "UTC", MOST_GROUPS, kind, severity, grade))
    spread = evenness(
        [
            Result(one[across], one["kept"], one["kept"] + one["late"] + one["broken"])
            for one in found["groups"]
        ]
    )
    told: dict[str, Any] = {"since": since, "until": until, "across": across, "kind": kind}
    if spread is None:
        return told | {"share": None, "variance": None, "by_chance": None, "even": None, "results": []}
    return told | {
        "share": spread.share,
        "variance": spread.variance,
        "by_chance": spread.by_chance,
        "even": spread.is_even,
        "results": as_table(spread),
    }


def as_csv(groups: Iterable[Mapping[str, Any]]) -> str:
    """A table of what was found, with its names in the first line."""
    rows = [dict(group) for group in groups]
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow(rows[0])
    writer.writerows([_harmless(value) for value in row.values()] for row in rows)
    return text.getvalue()


def _harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value
