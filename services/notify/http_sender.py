"""Posts each letter to a provider over HTTP and reads from the answer whether the provider has it.

Only what provably did not arrive counts as not taken: no connection, or a 429 or 503. Once the request may be
on its way, anything but a clear answer is unclear, and is not sent again: no redirect is followed, and aiohttp
repeats no POST when a kept connection breaks.
"""

import asyncio
import json
import os
import ssl
from urllib.parse import urlsplit

import aiohttp
import certifi
from pydantic_core import to_json

from shared.runtime.settings import SettingsError

from .judge_outcome import Fate, Outcome
from .sender import Letter

LONGEST_ANSWER = 64 * 1024
IDLE_CONNECTION_SECONDS = (
    2.0  # shorter than providers keep theirs, or a request could meet a closing connection
)
_HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "Redress",
}
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class HttpSender:
    """Hands letters to `url`, `timeout` seconds for each.

    As many connections are kept as there were letters on their way at once.
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
        self.timeout = timeout
        self._certificates = _trusted_certificates()
        self._session: aiohttp.ClientSession | None = None

    async def hand_over(self, letter: Letter) -> Outcome:
        """Post the letter with its id as the idempotency key."""
        if self._session is None:
            self._session = self._new_session()
        try:
            async with asyncio.timeout(self.timeout):
                return await self._post(self._session, letter)
        except _NOT_SENT as error:
            return Outcome(Fate.NOT_TAKEN, type(error).__name__)
        except TimeoutError:
            return Outcome(Fate.UNCLEAR, "timeout")
        except aiohttp.ClientError as error:
            return Outcome(Fate.UNCLEAR, type(error).__name__)

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _new_session(self) -> aiohttp.ClientSession:
        """Made at the first letter, because it belongs to the loop that is running then."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # whoever hands over bounds what is on its way; nothing waits here while its time runs
                keepalive_timeout=IDLE_CONNECTION_SECONDS,
                ssl=self._certificates,
            ),
            timeout=aiohttp.ClientTimeout(connect=self.timeout / 2),
            headers=_HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def _post(self, session: aiohttp.ClientSession, letter: Letter) -> Outcome:
        key = str(letter.intent_id)
        body = {
            "id": key,
            "channel": letter.channel,
            "to": letter.to,
            "text": letter.text,
            "language": letter.language,
            "kind": letter.kind,
        }
        async with session.post(
            self._url, data=to_json(body), headers={"Idempotency-Key": key}, allow_redirects=False
        ) as response:
            answer = b""
            if 200 <= response.status < 300:
                async for part in response.content.iter_any():
                    answer += part
                    if len(answer) > LONGEST_ANSWER:
                        break
            return read_answer(response.status, answer)


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


def _trusted_certificates() -> ssl.SSLContext:
    """Those of SSL_CERT_FILE or SSL_CERT_DIR if one is set, else those that certifi brings."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    context = ssl.create_default_context(
        cafile=file or (None if folder else certifi.where()), capath=None if file else folder
    )
    context.set_alpn_protocols(["http/1.1"])
    return context
