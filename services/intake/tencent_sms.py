"""Tencent Cloud's callback of replies: one JSON object, unsigned and without an id, answered with result 0."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json
from starlette.responses import JSONResponse, Response

from .provider_accounts import ProviderAccount
from .provider_payload import Message, PayloadError, Posted, Unreadable, plausible, wanted

_OF_THE_KEY = ("nationcode", "mobile", "time", "extend", "text")
"""What a repetition has in common with the first, for want of an id: the same words in the same second are one."""


class TencentSms:
    """See https://www.tencentcloud.com/document/product/382/43548."""

    def is_genuine(self, posted: Posted, _account: ProviderAccount) -> bool:
        """There is nothing to be checked but the token in the path."""
        return posted.method == "POST"

    def read(self, posted: Posted, _account: ProviderAccount) -> Sequence[Message | Unreadable]:
        """One message; `extend` is the extension of our number that it was sent to."""
        fields = _fields(posted.body)
        told = "\n".join(fields.get(name, "") for name in _OF_THE_KEY)
        country = wanted(fields.get("nationcode"), "nationcode").lstrip("+")
        return [
            Message(
                key=hashlib.sha256(told.encode()).hexdigest(),
                sender=f"+{country}{wanted(fields.get('mobile'), 'mobile')}",
                to=fields.get("extend", "")[:40] or None,
                text=wanted(fields.get("text"), "text"),
                occurred_at=_sent(fields.get("time", "")),
            )
        ]

    def taken(self) -> Response:
        """Both fields are required."""
        return JSONResponse({"result": 0, "errmsg": "OK"})

    def not_taken(self) -> Response:
        """Its page does not say how often it tries again."""
        return JSONResponse({"result": 1, "errmsg": "not stored, send it again"}, status_code=503)


def _fields(body: bytes) -> dict[str, str]:
    try:
        read: Any = from_json(body)
    except ValueError as error:
        raise PayloadError("body") from error
    if not isinstance(read, dict):
        raise PayloadError("body")
    return {name: str(value) for name, value in read.items() if isinstance(value, str | int)}


def _sent(seconds: str) -> datetime | None:
    if not seconds.isdecimal() or len(seconds) > 11:
        return None
    return plausible(datetime.fromtimestamp(int(seconds), UTC))
