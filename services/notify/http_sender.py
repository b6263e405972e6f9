"""Posts each letter to a provider over HTTP and reads from the answer whether the provider has it.

Only what provably did not arrive counts as not taken: no connection, or a 429 or 503. Once the request may be
on its way, anything but a clear answer is unclear, and is not sent again.
"""

import asyncio
import json
from urllib.parse import urlsplit

import httpx

from shared.runtime.settings import SettingsError

from .judge_outcome import Fate, Outcome
from .sender import Letter

LONGEST_ANSWER = 64 * 1024
IDLE_CONNECTION_SECONDS = (
    2.0  # shorter than providers keep theirs, or a request could meet a closing connection
)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class HttpSender:
    """Hands letters to `url`, several at once over kept connections; `timeout` seconds for each.

    Each letter on its way has a client with one connection to itself: a pool of many searches through all of
    them for every request, which costs more than the request.
    """

    name = "http"

    def __init__(self, url: str, *, timeout: float) -> None:
        """Raises SettingsError if `url` is no address of a provider."""
        try:
            parts = urlsplit(url)
            usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise SettingsError("outbound_url: must be an http:// or https:// address")
        self._url = url
        self._timeout = timeout
        self._certificates = httpx.create_ssl_context()
        self._idle: list[httpx.AsyncClient] = []

    async def hand_over(self, letter: Letter) -> Outcome:
        """Post the letter with its id as the idempotency key."""
        body = {
            "id": str(letter.intent_id),
            "channel": letter.channel,
            "to": letter.to,
            "text": letter.text,
            "language": letter.language,
            "kind": letter.kind,
        }
        client = self._idle.pop() if self._idle else self._new_client()
        try:
            async with asyncio.timeout(self._timeout):
                return await self._post(client, body)
        except TimeoutError:
            return Outcome(Fate.UNCLEAR, "timeout")
        except _NOT_SENT as error:
            return Outcome(Fate.NOT_TAKEN, type(error).__name__)
        except httpx.HTTPError as error:
            return Outcome(Fate.UNCLEAR, type(error).__name__)
        finally:
            self._idle.append(client)

    async def close(self) -> None:
        """Close the connections."""
        while self._idle:
            await self._idle.pop().aclose()

    def _new_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            timeout=httpx.Timeout(self._timeout, connect=self._timeout / 2),
            limits=httpx.Limits(max_connections=1, keepalive_expiry=IDLE_CONNECTION_SECONDS),
            verify=self._certificates,
            trust_env=False,
            follow_redirects=False,
        )

    async def _post(self, client: httpx.AsyncClient, body: dict[str, str]) -> Outcome:
        async with client.stream(
            "POST", self._url, json=body, headers={"Idempotency-Key": body["id"]}
        ) as response:
            answer = b""
            if response.is_success:
                async for part in response.aiter_bytes():
                    answer += part
                    if len(answer) > LONGEST_ANSWER:
                        break
            return read_answer(response.status_code, answer)


def read_answer(status: int, body: bytes) -> Outcome:
    """What an answer says: 2xx with an id is taken, 429 and 503 are not, other 3xx and 4xx are refusals."""
    if 200 <= status < 300:
        provider_id = _provider_id(body)
        return Outcome(Fate.TAKEN, provider_id) if provider_id else Outcome(Fate.UNCLEAR, "unreadable_answer")
    if status in {429, 503}:
        return Outcome(Fate.NOT_TAKEN, f"http_{status}")
    return Outcome(Fate.REFUSED if 300 <= status < 500 else Fate.UNCLEAR, f"http_{status}")


def _provider_id(body: bytes) -> str | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = answer.get("id") if isinstance(answer, dict) else None
    text = str(found) if isinstance(found, str | int) else ""
    return text if 1 <= len(text) <= 200 and text.isprintable() else None
