"""Reads from each service's public list which complaints have arrived, until all have or time is up."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import httpx

from .conservation import Ledger, Place
from .pace import pause

LISTS = {
    Place.RECEIVED: ("/intake/v1/complaints", "complaint_id"),
    Place.OWNED: ("/routing/v1/complaints", "complaint_id"),
    Place.PROMISED: ("/sla/v1/complaints", "complaint_id"),
    Place.ACKNOWLEDGED: ("/notify/v1/intents?kind=RECEIPT", "intent_id"),
}
PAGE = 1000
CLOCKS_APART_MS = 600_000
"""A message has a later id than its complaint, but another machine's clock may have given it."""
SHORTEST_WAIT, LONGEST_WAIT = 0.1, 2.0


class UnansweredError(Exception):
    """A service does not tell what it has; the message says why."""


class Services:
    """The public lists of the services. `silent`: those that did not answer at the last look, and why."""

    def __init__(self, client: httpx.AsyncClient, addresses: Mapping[str, str]) -> None:
        self._client = client
        self._addresses = addresses
        self.silent: dict[Place, str] = {}

    async def check(self) -> None:
        """Raises UnansweredError unless there is an intake that lets us read."""
        async for _ in self._pages(Place.RECEIVED, UUID(int=2**128 - 1), limit=1):
            return

    async def watch(
        self,
        ledger: Ledger,
        within: float,
        stopping: asyncio.Event,
        on_look: Callable[[], None] = lambda: None,
    ) -> None:
        """Look again and again until every complaint has arrived everywhere, or none did for `within` seconds."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + within
        wait, left = SHORTEST_WAIT, _left(ledger)
        while True:
            for place in Place:
                await self._look(place, ledger)
            on_look()
            before, left = left, _left(ledger)
            if left < before:
                deadline = clock() + within
            if not left or stopping.is_set() or clock() >= deadline:
                break
            await pause(min(wait, max(0.0, deadline - clock())), stopping)
            wait = min(wait * 1.5, LONGEST_WAIT)
        await self._look_for_made_up(ledger)

    async def _look(self, place: Place, ledger: Ledger) -> None:
        missing = ledger.waits_for(place)
        if missing:
            await self._walk(place, ledger, min(missing), max(missing))

    async def _look_for_made_up(self, ledger: Ledger) -> None:
        """Intake is asked last about what was seen elsewhere: what arrives meanwhile is no finding."""
        if ledger.span is None:
            return
        for place in ledger.made_up:
            await self._walk(place, ledger, *ledger.span)
        if any(ledger.made_up.values()):
            await self._walk(Place.RECEIVED, ledger, *ledger.span)

    async def _walk(self, place: Place, ledger: Ledger, first: UUID, last: UUID) -> None:
        key = LISTS[place][1]
        self.silent.pop(place, None)
        try:
            async for items in self._pages(place, _before(first, by_complaint=key == "complaint_id")):
                for item in items:
                    ledger.saw(place, item)
                if items and key == "complaint_id" and UUID(items[-1][key]) >= last:
                    return
        except UnansweredError as error:
            self.silent[place] = str(error)
        except (KeyError, ValueError, TypeError, AttributeError):
            self.silent[place] = f"{self._addresses[place]}{LISTS[place][0]} lists something else"

    async def _pages(self, place: Place, after: UUID, limit: int = PAGE) -> Any:
        address = f"{self._addresses[place]}{LISTS[place][0]}"
        following: str | None = str(after)
        while following is not None:
            url = httpx.URL(address).copy_merge_params({"after": following, "limit": str(limit)})
            try:
                response = await self._client.get(url)
            except httpx.TransportError as error:
                said = str(error) or type(error).__name__
                raise UnansweredError(
                    f"nobody answers at {self._addresses[place]}: {said}"
                    f"|{self._addresses[place]} 无人应答：{said}"
                ) from error
            if response.status_code in {401, 403}:
                raise UnansweredError(
                    f"{self._addresses[place]} wants its token in REDRESS_API_TOKEN"
                    f"|{self._addresses[place]} 需要访问令牌，请设置 REDRESS_API_TOKEN"
                )
            if response.status_code != 200:
                raise UnansweredError(
                    f"{address} answers {response.status_code}; is {place} of Redress there?"
                    f"|{address} 返回 {response.status_code}；那里运行的是 Redress 的 {place} 吗？"
                )
            try:
                page = response.json()
                following = page["next"]
                yield page["items"]
            except (ValueError, KeyError, TypeError) as error:
                raise UnansweredError(
                    f"{address} answers something that is no list of complaints|{address} 返回的不是投诉列表"
                ) from error


def _left(ledger: Ledger) -> int:
    return sum(len(ledger.waits_for(place)) for place in Place)


def _before(first: UUID, *, by_complaint: bool) -> UUID:
    """An id below all that are to be read; ids of other things may be earlier by as much as clocks differ."""
    if by_complaint:
        return UUID(int=first.int - 1)
    return UUID(int=max(0, (first.int >> 80) - CLOCKS_APART_MS) << 80)
