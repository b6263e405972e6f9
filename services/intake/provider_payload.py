"""What a provider sent, as it came, and what an adapter makes of it: messages, parts of them, or nothing readable."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from pydantic_core import from_json, to_json
from starlette.responses import Response

from .join_parts import PartOf
from .provider_accounts import ProviderAccount


class PayloadError(ValueError):
    """A payload cannot be read; the message names the field, and never repeats its value."""


class Posted(NamedTuple):
    """A request as it came. url: as the provider was told to call it, with the query."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> str:
        """What stands behind the question mark, still encoded."""
        return self.url.partition("?")[2]

    @property
    def media_type(self) -> str:
        """The type of the body, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> list[tuple[str, str]]:
        """Every field of a form body, the empty and the repeated ones too. Raises PayloadError."""
        try:
            return parse_qsl(self.body.decode(), keep_blank_values=True, errors="strict", max_num_fields=500)
        except ValueError as error:
            raise PayloadError("body") from error

    def kept(self) -> str:
        """All of it as text, to be sealed."""
        facts = {"method": self.method, "url": self.url, "content_type": self.headers.get("content-type", "")}
        return to_json(facts | {"body": base64.b64encode(self.body).decode()}).decode()


def as_it_came(kept: str) -> Posted:
    """What `Posted.kept` has kept."""
    facts = from_json(kept)
    headers = {"content-type": facts["content_type"]}
    return Posted(facts["method"], facts["url"], headers, base64.b64decode(facts["body"]))


class Message(NamedTuple):
    """One text message, or a part of a long one. key: the provider's id of it."""

    key: str
    sender: str
    to: str | None
    text: str
    occurred_at: datetime | None = None
    part: PartOf | None = None


class Unreadable(NamedTuple):
    """A piece of a payload that is no message. reason: the field that is wrong; posted: the piece alone."""

    reason: str
    posted: Posted


class CallTold(NamedTuple):
    """A part of a call, as `CallPart` would tell it."""

    call_id: str
    facts: Mapping[str, Any]


class Provider(Protocol):
    """What is particular to a provider of whatever kind."""

    def is_genuine(self, posted: Posted, account: ProviderAccount, /) -> bool:
        """False if its signature is wrong, or missing where there should be one."""

    def taken(self) -> Response:
        """What the provider takes for a yes."""

    def not_taken(self) -> Response:
        """What makes the provider send it again."""


class SmsProvider(Provider, Protocol):
    """A provider of text messages."""

    def read(self, posted: Posted, account: ProviderAccount, /) -> Sequence[Message | Unreadable]:
        """The messages in it. Raises PayloadError if there is no telling what it is."""


class PhoneProvider(Provider, Protocol):
    """A telephone system."""

    def read(self, posted: Posted, account: ProviderAccount, /) -> CallTold:
        """What it tells of a call. Raises PayloadError."""


def moment(text: str | None, zone: str) -> datetime | None:
    """`YYYY-MM-DD HH:MM:SS` in a zone; None if it is no such time, for the message counts, not its clock."""
    try:
        local = datetime.strptime(text or "", "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return None
    return plausible(local)


def plausible(when: datetime) -> datetime | None:
    """The moment, unless it cannot be when a message was sent."""
    return when if datetime(2000, 1, 2, tzinfo=UTC) < when <= datetime.now(UTC) else None


def wanted(value: object, field: str) -> str:
    """A text that must be there. Raises PayloadError."""
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        raise PayloadError(field)
    return value
