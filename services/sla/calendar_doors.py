"""The doors of calendars: read them, put a new version, fetch holidays as a proposal, approve it."""

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.runtime.dependencies import Work
from shared.runtime.errors import NotFoundError, UnprocessableError
from shared.runtime.service import service_router

from .calendar_forms import CalendarForm, ProposalForm
from .calendar_store import LOCK
from .dry_run import dry_run as count_moves
from .pause_doors import Deciding
from .policy import ROUND_THE_CLOCK
from .save_calendar import (
    Documents,
    Saved,
    approve_calendar,
    preview_approval,
    preview_calendar,
    propose_holidays,
    save_calendar,
)

router = service_router("sla", tags=["calendars"])

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="the name that policies use")]
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]

_LIST = Statement(
    """
    SELECT name, version, state, document->>'zone' AS zone, document->>'published_through' AS published_through,
        CAST(document->>'published_through' AS date) - CURRENT_DATE AS days_published,
        saved_at, state = 'APPROVED' AND version = max(version) FILTER (WHERE state = 'APPROVED')
            OVER (PARTITION BY name) AS in_force
    FROM calendar ORDER BY name, version
    """
)
_SHOW = Statement(
    """
    SELECT name, version, state, written, document, saved_at FROM calendar
    WHERE name = :name AND version = coalesce(CAST(:version AS int),
        (SELECT max(version) FROM calendar AS newest WHERE newest.name = :name AND state = 'APPROVED'))
    """
)


DryRun = Annotated[
    bool, Query(description="only tell what would move; nothing is changed and nobody is told (CAL-6)")
]


class SavedCalendar(BaseModel):
    """Which versions are in force now, and how many open promises are being counted again."""

    versions: dict[str, int]
    promises_recomputed: int


class WouldMove(BaseModel):
    """Which calendars would change, and what that would do to open promises. Times in seconds.

    notices: moves of which people would be told; late_at_once: promises that would be due in the past; examples: those
    that would move most.
    """

    calendars: list[str]
    open: int
    moved: int
    notices: int
    earlier: int
    later: int
    late_at_once: int
    newly_provisional: int
    provisional_no_more: int
    by_size: dict[str, int]
    most_earlier: float
    most_later: float
    examples: list[dict[str, Any]]


@router.get("/calendars", summary="Every version of every calendar")
async def list_calendars(
    work: Work,
    deciding: Deciding,
    *,
    in_force: Annotated[bool, Query(description="only those that promises count in now")] = False,
) -> list[dict[str, Any]]:
    """By name and version; `in_force` are those that promises count in from now on, `publish_soon` those of them that
    want the holidays of the next year."""
    least = deciding[0].horizon_warning_days
    rows = [dict(row) for row in await work.fetch(_LIST, {})]
    for row in rows:
        days = row["days_published"]
        row["publish_soon"] = row["in_force"] and days is not None and days < least
    return [row for row in rows if row["in_force"] or not in_force]


@router.get("/calendars/{name}", summary="One calendar")
async def show_calendar(
    name: Name,
    work: Work,
    version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="the one in force without it")
    ] = None,
) -> dict[str, Any]:
    """As it was written, and as it counts."""
    rows = await work.fetch(_SHOW, {"name": name, "version": version})
    if not rows:
        raise NotFoundError("there is no such calendar", "没有这个日历")
    return dict(rows[0])


@router.put("/calendars/{name}", summary="Put a new version of a calendar in force")
async def put_calendar(
    name: Name, form: CalendarForm, work: Work, deciding: Deciding, *, dry_run: DryRun = False
) -> SavedCalendar | WouldMove:
    """Those that take its holidays follow, and open promises that count in them are counted again."""
    if name == ROUND_THE_CLOCK:
        raise UnprocessableError(
            "this name means day and night; no calendar may have it",
            "此名称表示昼夜计时，日历不得使用",
            field="name",
        )
    if dry_run:
        async with work.begin() as tx:
            documents = await preview_calendar(tx, name, form.document(), deciding[0].rest)
        return await _would_move(work, documents, deciding)
    async with work.begin(LOCK) as tx:
        return _shown(await save_calendar(tx, name, form.document(), deciding[0].rest))


@router.post(
    "/calendars/{name}/proposals", status_code=201, summary="Fetch a country's holidays as a proposal"
)
async def propose(name: Name, form: ProposalForm, work: Work, deciding: Deciding) -> dict[str, Any]:
    """A version with the holidays of these years, which counts when it is approved (CAL-7)."""
    async with work.begin(LOCK) as tx:
        version, document = await propose_holidays(
            tx, name, form.country, form.subdivision, form.years, rest=deciding[0].rest
        )
    return {"name": name, "version": version, "document": document}


@router.post("/calendars/{name}/versions/{version}/approval", summary="Put a proposed version in force")
async def approve(
    name: Name, version: Version, work: Work, deciding: Deciding, *, dry_run: DryRun = False
) -> SavedCalendar | WouldMove:
    """Only a proposal that is newer than the calendar in force."""
    if dry_run:
        async with work.begin() as tx:
            documents = await preview_approval(tx, name, version, deciding[0].rest)
        return await _would_move(work, documents, deciding)
    async with work.begin(LOCK) as tx:
        return _shown(await approve_calendar(tx, name, version, deciding[0].rest))


async def _would_move(work: UnitOfWork, documents: Documents, deciding: Deciding) -> WouldMove:
    moves = await count_moves(work, documents, deciding[0])
    return WouldMove(calendars=sorted(documents), **moves)


def _shown(saved: Saved) -> SavedCalendar:
    return SavedCalendar(versions=saved.versions, promises_recomputed=saved.promises)
