"""Asks the doors of a running installation; what goes wrong is one line."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx


class AskError(Exception):
    """There is no answer to go on with. `code` is 1 (it went wrong) or 2 (it was asked wrongly)."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class Written(NamedTuple):
    """A document as somebody wrote it."""

    text: str
    media_type: str


class Ask:
    """Services by name, each at its address, asked in a language."""

    def __init__(self, client: httpx.AsyncClient, addresses: Mapping[str, str], language: str) -> None:
        """`client` carries the token, where one is needed."""
        self._client = client
        self._addresses = addresses
        self.language = language

    async def get(self, service: str, path: str, **query: Any) -> Any:
        """The JSON at a path. Raises AskError."""
        given = {name: value for name, value in query.items() if value is not None}
        return (await self._send("GET", service, path, params=given)).json()

    async def get_text(self, service: str, path: str, *, accept: str | None = None, **query: Any) -> str:
        """The text at a path, of a media type where one is named. Raises AskError."""
        given = {name: value for name, value in query.items() if value is not None}
        headers = {"accept": accept} if accept else {}
        return (await self._send("GET", service, path, params=given, headers=headers)).text

    async def send(self, method: str, service: str, path: str, body: Any, **query: Any) -> Any:
        """The JSON answer to a body. Raises AskError."""
        return (await self._send(method, service, path, json=body, params=query)).json()

    async def send_text(self, method: str, service: str, path: str, document: Written, **query: Any) -> Any:
        """The JSON answer to a document. Raises AskError."""
        given = {name: value for name, value in query.items() if value is not None}
        answer = await self._send(
            method,
            service,
            path,
            content=document.text.encode(),
            params=given,
            headers={"content-type": document.media_type},
        )
        return answer.json()

    async def _send(self, method: str, service: str, path: str, **request: Any) -> httpx.Response:
        address = f"{self._addresses[service]}/{service}/v1/{path}"
        headers = {"accept-language": self.language} | request.pop("headers", {})
        try:
            answer = await self._client.request(method, address, headers=headers, **request)
        except httpx.TransportError as error:
            raise AskError(
                f"nobody answers at {self._addresses[service]}: {_said(error)}"
                f"|{self._addresses[service]} 无人应答：{_said(error)}"
            ) from error
        if answer.status_code in {401, 403}:
            raise AskError(
                f"{self._addresses[service]} wants its token in REDRESS_API_TOKEN"
                f"|{self._addresses[service]} 需要访问令牌，请设置 REDRESS_API_TOKEN"
            )
        if not answer.is_success:
            raise AskError(_refusal(answer))
        return answer


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _refusal(answer: httpx.Response) -> str:
    try:
        body = answer.json()
        return str(body.get("detail") or body["title"])
    except (ValueError, KeyError, AttributeError):
        return (
            f"{answer.url} answers {answer.status_code}; is it Redress that answers there?"
            f"|{answer.url} 返回 {answer.status_code}；那里运行的是 Redress 吗？"
        )
