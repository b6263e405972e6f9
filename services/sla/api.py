"""The doors of sla: what was promised to whom until when, and why."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Depends, Query, Request
from pydantic import AfterValidator, AwareDatetime

from shared.bus.statement import Statement
from shared.events.vocabulary import PromiseKind
from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit, Listing, read_page
from shared.runtime.service import service_router

from .calendar_store import Timekeeper
from .choose_target import Kept
from .explain import explain, slots_of
from .promise_rows import TO_EVERYBODY
from .promise_story import Story, load_story
from .promises import paused
from .settle import PromiseState
from .used_time import used_by

router = service_router("sla", tags=["sla"])

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_ENDED = (PromiseState.KEPT, PromiseState.WITHDRAWN)

_LISTED = Listing(
    "*",
    "promise",
    "promise_id",
    {
        "state": "state = :state",
        "live": "settled_at IS NULL",  # implied by other states than those of _ENDED; there is an index of it
        "kind": "kind = :kind",
        "due_before": "due_at < :due_before",
    },
)
_PROMISES = Statement(
    """
    SELECT promise.*, complaint.severity AS found, complaint.grade,
        least(coalesce(kept_at, settled_at, paused_since, now()), now()) AS counted_until
    FROM promise JOIN complaint USING (complaint_id)
    WHERE complaint_id = :complaint_id ORDER BY due_at, promise_id
    """
)
_RUNGS = Statement(
    """
    SELECT promise_id, level, rung.due_at, reached_at, told_late FROM rung JOIN promise USING (promise_id)
    WHERE complaint_id = :complaint_id ORDER BY rung.due_at
    """
)
_COMPLAINTS = Statement(
    """
    SELECT complaint.*, (SELECT coalesce(jsonb_object_agg(kind, number), '{}') FROM (
        SELECT kind, count(*) AS number FROM promise
        WHERE promise.complaint_id = complaint.complaint_id GROUP BY kind) AS counted) AS promises
    FROM complaint WHERE complaint_id > :after ORDER BY complaint_id LIMIT :limit
    """
)


async def _timekeeper(request: Request) -> Timekeeper:
    keeper: Timekeeper = request.app.state.timekeeper
    return keeper


Calendars = Annotated[Timekeeper, Depends(_timekeeper)]


def in_our_time(moment: datetime) -> datetime:
    """The moment itself. Raises ValueError where nothing of ours can lie."""
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("must lie between the years 2000 and 2200|必须在 2000 年至 2200 年之间")
    return moment


DueBefore = Annotated[
    AwareDatetime | None,
    AfterValidator(lambda moment: moment and in_our_time(moment)),
    Query(description="only promises that are due before this time"),
]


def _in_a_known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is no IANA time zone, such as Asia/Shanghai|不是 IANA 时区，如 Asia/Shanghai")
    return name


ClockOf = Annotated[
    str | None,
    AfterValidator(lambda name: name and _in_a_known_zone(name)),
    Query(max_length=60, description="zone of the times in the steps; without it the calendar's own"),
]


@router.get("/complaints/{complaint_id}/promises", summary="The promises to one complaint")
async def promises_of(
    complaint_id: UUID, work: Work, calendars: Calendars, zone: ClockOf = None
) -> list[dict[str, Any]]:
    """By due time, each with its target, how its due time came about step by step, the rungs reached, and how much of
    its target is used: up to the deed, the pause that lasts, or now."""
    promises = [dict(row) for row in await work.fetch(_PROMISES, {"complaint_id": complaint_id})]
    in_calendars = {(row["calendar"], row["calendar_version"]) for row in promises if row["calendar"]}
    kept = await calendars.versions(work, in_calendars)
    rungs: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in await work.fetch(_RUNGS, {"complaint_id": complaint_id}):
        promise_id, *rung = row
        names = ("level", "due_at", "reached_at", "told_late")
        rungs[promise_id].append(dict(zip(names, rung, strict=True)))
    story = await load_story(work, complaint_id)
    clock = ZoneInfo(zone) if zone else None
    return [_shown(row, rungs[row["promise_id"]], kept, story, clock) for row in promises]


@router.get("/promises", summary="Promises, by id")
async def list_promises(
    work: Work,
    *,
    state: Annotated[PromiseState | None, Query(description="only promises that stand so")] = None,
    kind: Annotated[PromiseKind | None, Query(description="only promises of this kind")] = None,
    due_before: DueBefore = None,
    after: After = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Every promise, or those that are asked for."""
    live = None if state is None or state in _ENDED else True
    return await _LISTED.read(work, after, limit, state=state, live=live, kind=kind, due_before=due_before)


@router.get("/complaints", summary="Complaints and how many promises each was given, by id")
async def list_complaints(work: Work, after: After = None, limit: Limit = 100) -> dict[str, Any]:
    """Every complaint that promises were made to, with their number by kind.

    The kinds that everybody is promised are there even where there are none, so that a lost one shows; the others
    only where they were made.
    """
    page = await read_page(work, _COMPLAINTS, "complaint_id", after, limit)
    for item in page["items"]:
        item["promises"] = dict.fromkeys(TO_EVERYBODY, 0) | item["promises"]
    return page


def _shown(
    promise: dict[str, Any],
    rungs: list[dict[str, Any]],
    kept: Mapping[tuple[str, int], Kept],
    story: Story,
    zone: tzinfo | None,
) -> dict[str, Any]:
    complaint = {"severity": promise.pop("found"), "grade": promise.pop("grade")}
    working = kept[promise["calendar"], promise["calendar_version"]].working if promise["calendar"] else None
    begins_at, until = promise["begins_at"] or promise["starts_at"], promise.pop("counted_until")
    told = {
        "rungs": rungs,
        "used_seconds": used_by(begins_at, until, working, paused(promise["pauses"])),
        "explanation": explain(promise, complaint, story.extended(promise["promise_id"])),
        "steps": story.tell(promise, complaint, working, zone),
        "counted": slots_of(promise, working, paused(promise["pauses"])) if working else None,
    }
    promise.pop("counted_by")
    return promise | told
