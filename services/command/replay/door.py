"""Posts one contact to its door of intake until there is an answer; its key keeps it from counting twice."""

import asyncio
import json
import random
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from .make_contact import Contact
from .pace import pause
from .rejects import Reason, RejectError
from .replay_error import ReplayError
from .tally import Answer, Outcome

BUSY = frozenset({429, 502, 503, 504})
REFUSED = frozenset({400, 409, 413, 415, 422})
NO_COMPLAINT = 202
"""A message that only refuses offers is taken, and is no complaint."""
FAILURES_OF_ONE = 5
"""A contact for which intake fails so often, while it takes others, is not taken."""
SHORTEST_WAIT, LONGEST_WAIT = 0.1, 5.0
LONGEST_RETRY_AFTER = 30.0
LONGEST_MESSAGE = 200


class StoppedError(Exception):
    """It was time to stop before intake answered; whether it has the contact is not known."""


class Door:
    """The doors of one intake. patience: seconds without any answer after which it is given up."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        address: str,
        stopping: asyncio.Event,
        *,
        patience: float = 60.0,
        longest_wait: float = LONGEST_WAIT,
    ) -> None:
        self._client = client
        self._address = address
        self._stopping = stopping
        self._patience = patience
        self._longest_wait = longest_wait
        self._last_answer = asyncio.get_running_loop().time()

    async def post(self, contact: Contact) -> Answer:
        """Intake's answer. Raises RejectError if it refuses the contact, StoppedError, or ReplayError."""
        began = asyncio.get_running_loop().time()
        tries = 0
        while True:
            tries += 1
            try:
                response = await self._post_once(contact)
            except httpx.TransportError as error:
                said, wait = str(error) or type(error).__name__, None
            else:
                if response.status_code not in BUSY and response.status_code < 500:
                    self._last_answer = asyncio.get_running_loop().time()
                    return self._read(response, contact)
                said, wait = f"it answers {response.status_code}", _retry_after(response)
                if (
                    response.status_code not in BUSY
                    and tries >= FAILURES_OF_ONE
                    and self._last_answer > began
                ):
                    raise RejectError(Reason.FAILED_IN_INTAKE, status=response.status_code, times=tries)
            self._check_patience(said)
            await pause(wait if wait is not None else self._backoff(tries), self._stopping)
            if self._stopping.is_set():
                raise StoppedError

    async def _post_once(self, contact: Contact) -> httpx.Response:
        return await self._client.post(
            f"{self._address}/intake/v1/channels/{contact.channel}/contacts",
            content=json.dumps(contact.body, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json"},
        )

    def _read(self, response: httpx.Response, contact: Contact) -> Answer:
        status = response.status_code
        if status in REFUSED:
            raise _refusal(response, contact)
        if status in {401, 403}:
            raise ReplayError(
                f"{self._address} wants its token in REDRESS_API_TOKEN"
                f"|{self._address} 需要访问令牌，请设置 REDRESS_API_TOKEN"
            )
        if status == NO_COMPLAINT:
            raise RejectError(Reason.REFUSES_OFFERS)
        try:
            content = response.json()
            return Answer(Outcome(content["outcome"]), UUID(content["complaint_id"]))
        except (ValueError, TypeError, KeyError) as error:
            path = response.request.url.path
            raise ReplayError(
                f"{self._address} is no intake of Redress: it answers {status} at {path}, without a receipt"
                f"|{self._address} 不是 Redress 的 intake：{path} 返回 {status}，没有受理回执"
            ) from error

    def _check_patience(self, said: str) -> None:
        if asyncio.get_running_loop().time() - self._last_answer > self._patience:
            raise ReplayError(
                f"intake at {self._address} took nothing for {self._patience:g} s: {said}"
                f"|{self._address} 的 intake 已有 {self._patience:g} 秒未受理任何内容：{said}"
            )

    def _backoff(self, tries: int) -> float:
        full = min(self._longest_wait, SHORTEST_WAIT * 2.0 ** min(tries - 1, 20))
        return full * random.uniform(0.5, 1.0)  # noqa: S311 - so that they do not come back all at once


def _retry_after(response: httpx.Response) -> float | None:
    given = response.headers.get("Retry-After", "")
    return min(float(given), LONGEST_RETRY_AFTER) if given.isascii() and given.isdigit() else None


def _refusal(response: httpx.Response, contact: Contact) -> RejectError:
    problem = _problem(response)
    errors = problem.get("errors") or [{}]
    first: Mapping[str, Any] = errors[0] if isinstance(errors[0], dict) else {}
    field = str(first.get("field") or ("body" if response.status_code == 413 else ""))
    if response.status_code == 413 or first.get("code") == "string_too_long":
        return RejectError(Reason.TOO_LONG, field, first=contact.line, last=contact.line)
    message = str(first.get("message") or problem.get("detail") or response.status_code)[:LONGEST_MESSAGE]
    if any(value in message for value in _texts(contact.body)):
        message = str(response.status_code)
    return RejectError(Reason.REFUSED_BY_INTAKE, field, message=message)


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _texts(body: Mapping[str, Any]) -> list[str]:
    values = [*body.values(), *body.get("customer", {}).values()]
    return [value for value in values if isinstance(value, str) and len(value) > 3]
