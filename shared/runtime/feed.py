"""The feed of a service's own events for systems outside: from the journal, in commit order, with long poll."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from shared.bus.cloudevents import to_structured
from shared.bus.database import Database
from shared.bus.headers import unpack
from shared.bus.statement import Statement

from .errors import REFUSALS, GoneError

LONGEST_WAIT = 30.0
_LOOK_EVERY = 0.1

_READ = Statement(
    "SELECT position, headers, value FROM journal WHERE position > :after ORDER BY position LIMIT :limit"
)
_EARLIEST = Statement("SELECT coalesce(min(position), 0) FROM journal")


class Feed:
    """Reads one service's journal; `close` ends the long polls that are open."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Let every open long poll answer now."""
        self._closing.set()

    async def read(self, after: int, limit: int, wait: float) -> list[tuple[int, dict[str, Any]]]:
        """Events behind position `after`; waits up to `wait` seconds for the first. Raises GoneError."""
        deadline = asyncio.get_running_loop().time() + min(wait, LONGEST_WAIT)
        while True:
            rows = await self._database.fetch(_READ, {"after": after, "limit": limit})
            if rows or after:
                await self._refuse_expired(after, rows[0]["position"] if rows else None)
            if rows or self._closing.is_set() or asyncio.get_running_loop().time() >= deadline:
                return [
                    (position, to_structured(unpack(headers), value)) for position, headers, value in rows
                ]
            await asyncio.sleep(_LOOK_EVERY)

    async def _refuse_expired(self, after: int, first: int | None) -> None:
        """A cursor that points before what is kept has missed events, and is told so."""
        if first is not None and first == after + 1:
            return
        [(earliest,)] = await self._database.fetch(_EARLIEST, {})
        if after and earliest > after + 1:
            raise GoneError(
                f"events behind {after} are no longer kept; the earliest is {earliest}: read on with after={earliest - 1}",
                f"位置 {after} 之后的事件已不再保留，最早的是 {earliest}，请用 after={earliest - 1} 继续读取",
            )


async def _feed(request: Request) -> Feed:
    feed: Feed = request.app.state.feed
    return feed


def feed_routes(service: str) -> APIRouter:
    """GET /<service>/v1/events."""
    router = APIRouter(prefix=f"/{service}/v1", tags=["events"], responses=REFUSALS)

    @router.get("/events", summary="Events of this service, in order")
    async def read_events(
        feed: Annotated[Feed, Depends(_feed)],
        after: Annotated[int, Query(ge=0, le=2**62, description="position of the last event read")] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        wait: Annotated[
            float, Query(ge=0, le=LONGEST_WAIT, description="seconds to wait for the first event")
        ] = 0.0,
    ) -> dict[str, Any]:
        """CloudEvents 1.0 in structured JSON. Go on with `after` = `next`; fields sealed for one reader are left out."""
        events = await feed.read(after, limit, wait)
        return {
            "events": [event | {"position": position} for position, event in events],
            "next": events[-1][0] if events else after,
        }

    return router
