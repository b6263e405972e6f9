"""The door for holiday feeds: an iCalendar file becomes a proposal, which counts when somebody approves it (CAL-7)."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request

from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable

from .calendar_doors import Name
from .calendar_store import LOCK
from .pause_doors import Deciding
from .read_feed import WORKED, Feed, FeedFaultError, read_feed
from .save_calendar import propose_feed

router = service_router("sla", tags=["calendars"])

_FEED = {"requestBody": {"required": True, "content": {"text/calendar": {"schema": {"type": "string"}}}}}

Worked = Annotated[
    list[Annotated[str, Query(min_length=1, max_length=40), Storable]] | None,
    Query(
        max_length=20, description="words in a day's name by which it is worked; 班 and the like without it"
    ),
]


@router.post(
    "/calendars/{name}/imports",
    status_code=201,
    summary="Read a holiday feed (iCalendar) as a proposal",
    openapi_extra=_FEED,
)
async def import_feed(
    name: Name,
    request: Request,
    work: Work,
    deciding: Deciding,
    *,
    published_through: Annotated[
        date | None, Query(description="the last day whose holidays are known then")
    ] = None,
    worked: Worked = None,
) -> dict[str, Any]:
    """Nothing moves before it is approved; try the approval with `dry_run=true` first."""
    feed = _read(await request.body(), worked)
    if published_through is not None and published_through.year not in range(1980, 2200):
        raise UnprocessableError("is no date of our time", "不是当代日期", field="published_through")
    async with work.begin(LOCK) as tx:
        version, document = await propose_feed(tx, name, feed, published_through, deciding[0].rest)
    return {
        "name": name,
        "version": version,
        "holidays": {day.isoformat(): text for day, text in sorted(feed.holidays.items())},
        "workdays": {day.isoformat(): text for day, text in sorted(feed.workdays.items())},
        "document": document,
    }


def _read(body: bytes, worked: list[str] | None) -> Feed:
    try:
        return read_feed(body.decode("utf-8-sig"), worked or WORKED)
    except UnicodeDecodeError as error:
        raise UnprocessableError("is not UTF-8", "不是 UTF-8 编码", field="body") from error
    except FeedFaultError as error:
        raise UnprocessableError(error.english, error.chinese, field="body") from error
