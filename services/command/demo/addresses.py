"""Where each service answers, and a client that speaks to all of them by the first part of a path."""

import os
from collections.abc import Mapping
from typing import Any

import httpx


class Doors:
    """HTTP to every service. A service that does not answer gives None, and its part of the journey stands still."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        token = os.environ.get("REDRESS_API_TOKEN")
        self.addresses = dict(addresses)
        self._client = httpx.AsyncClient(
            timeout=5, headers={"Authorization": f"Bearer {token}"} if token else {}, trust_env=False
        )

    def url(self, path: str) -> str:
        """The whole address of a path such as /routing/v1/complaints."""
        return self.addresses[path.split("/", 2)[1]] + path

    async def get(self, path: str) -> Any:
        """The JSON at a path, or None."""
        return await self._ask("GET", path)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON answered to a POST, or None if it was refused or not answered."""
        return await self._ask("POST", path, json=body)

    async def post_to(self, url: str, body: Mapping[str, Any]) -> bool:
        """Post to a link as a customer got it, without the token; true if it was taken."""
        try:
            async with httpx.AsyncClient(timeout=5, trust_env=False) as anybody:
                return (await anybody.post(url, json=body)).is_success
        except httpx.HTTPError:
            return False

    async def pages(self, path: str) -> list[dict[str, Any]] | None:
        """All items of a paged list, or None if the service does not answer."""
        items: list[dict[str, Any]] = []
        after = ""
        while True:
            page = await self.get(f"{path}?limit=500{after}")
            if page is None:
                return None
            items += page["items"]
            if not page["next"]:
                return items
            after = f"&after={page['next']}"

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            answer = await self._client.request(method, self.url(path), **options)
        except httpx.HTTPError:
            return None
        return answer.json() if answer.is_success else None
