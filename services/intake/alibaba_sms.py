"""Alibaba Cloud SmsUp over HTTP: several messages in one JSON array, unsigned, answered with a numeric code."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.responses import JSONResponse, Response

from .provider_accounts import ProviderAccount
from .provider_payload import Message, PayloadError, Posted, Unreadable, moment, wanted

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)
"""Numbers stay text: an id of more than 53 bits would lose digits."""
_WHITE = " \t\r\n"


class AlibabaSms:
    """See https://help.aliyun.com/zh/sms/developer-reference/smsup-http."""

    def is_genuine(self, posted: Posted, _account: ProviderAccount) -> bool:
        """There is nothing to be checked but the token in the path."""
        return posted.method == "POST"

    def read(self, posted: Posted, account: ProviderAccount) -> Sequence[Message | Unreadable]:
        """Every item by itself: what is wrong with one keeps no other away."""
        found: list[Message | Unreadable] = []
        for item, raw in _items(posted.body):
            try:
                found.append(_message(item, account))
            except PayloadError as error:
                found.append(Unreadable(str(error), posted._replace(body=f"[{raw}]".encode())))
        return found

    def taken(self) -> Response:
        """The code is a number; as text it would not be read."""
        return JSONResponse({"code": 0, "msg": "接收成功"})

    def not_taken(self) -> Response:
        """Anything but 200 is sent again, all items of it."""
        return JSONResponse({"code": 1, "msg": "暂未接收"}, status_code=503)


def _items(body: bytes) -> Iterator[tuple[Any, str]]:
    """Every item with its own text. Raises PayloadError if this is no array."""
    try:
        text = body.decode("utf-8-sig").strip()
        if not text.startswith("[") or not text.endswith("]"):
            raise PayloadError("body")
        place = _skip(text, 1)
        while place < len(text) - 1:
            item, end = _DECODER.raw_decode(text, place)
            yield item, text[place:end]
            place = _skip(text, end)
            if text[place] == ",":
                place = _skip(text, place + 1)
            elif place != len(text) - 1:
                raise PayloadError("body")
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise PayloadError("body") from error


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place] in _WHITE:
        place += 1
    return place


def _message(item: Any, account: ProviderAccount) -> Message:
    if not isinstance(item, dict):
        raise PayloadError("item")
    sender, text = wanted(item.get("phone_number"), "phone_number"), wanted(item.get("content"), "content")
    to, sent = item.get("dest_code"), item.get("send_time")
    told = (sender, str(to), str(sent), text)
    return Message(
        key=_id(item.get("sequence_id")) or hashlib.sha256("\n".join(told).encode()).hexdigest(),
        sender=sender,
        to=str(to)[:40] if to else None,
        text=text,
        occurred_at=moment(sent if isinstance(sent, str) else None, account.zone),
    )


def _id(given: object) -> str | None:
    """The id as text, one however its number is written: 1.2E3, "1200" and 1200 are the same."""
    if not isinstance(given, str) or not given.strip():
        return None
    try:
        number = Decimal(given)
        if number.is_finite() and number == number.to_integral_value() and abs(number.adjusted()) < 100:
            return f"{number:f}".partition(".")[0]
    except InvalidOperation:
        pass
    return given.strip()[:200]
