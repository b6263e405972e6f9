"""Vonage's inbound SMS: GET, form or JSON, signed only if the account is set so, in parts where it is long."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from pydantic_core import from_json
from starlette.responses import Response

from .join_parts import PartOf, read_header, sensible
from .provider_accounts import ProviderAccount
from .provider_payload import Message, PayloadError, Posted, Unreadable, moment, wanted


class VonageSms:
    """See https://developer.vonage.com/messaging/sms/guides/inbound-sms."""

    def is_genuine(self, posted: Posted, account: ProviderAccount) -> bool:
        """Checked where the account has a secret; without one the token in the path is all there is."""
        if not account.secrets:
            return True
        try:
            fields = _fields(posted)
        except PayloadError:
            return False
        given = fields.get("sig", "").lower().encode()
        genuine = False
        for secret in account.secrets:
            made = _signature(fields, secret, account.signature).encode()
            genuine |= hmac.compare_digest(made, given)
        return genuine

    def read(self, posted: Posted, _account: ProviderAccount) -> Sequence[Message | Unreadable]:
        """One message or one part of a long one."""
        fields = _fields(posted)
        return [
            Message(
                key=wanted(fields.get("messageId"), "messageId"),
                sender=wanted(fields.get("msisdn"), "msisdn"),
                to=fields.get("to"),
                text=wanted(_text(fields), "text"),
                occurred_at=moment(fields.get("message-timestamp"), "UTC"),
                part=_part(fields),
            )
        ]

    def taken(self) -> Response:
        """200 or 204; anything else is sent again for 24 hours."""
        return Response(status_code=200)

    def not_taken(self) -> Response:
        """See `taken`."""
        return Response(status_code=503)


def _fields(posted: Posted) -> dict[str, str]:
    if posted.method == "GET":
        return dict(parse_qsl(posted.query, keep_blank_values=True, max_num_fields=500))
    if posted.media_type != "application/json":
        return dict(posted.form())
    try:
        read = from_json(posted.body)
    except ValueError as error:
        raise PayloadError("body") from error
    if not isinstance(read, dict):
        raise PayloadError("body")
    return {name: value if isinstance(value, str) else _as_text(value) for name, value in read.items()}


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _signature(fields: Mapping[str, str], secret: str, method: str) -> str:
    """As in https://developer.vonage.com/en/getting-started/concepts/signing-messages."""
    signed = "".join(
        f"&{name}={value.replace('&', '_').replace('=', '_')}"
        for name, value in sorted(fields.items())
        if name != "sig"
    )
    if method == "md5hash":
        return hashlib.md5((signed + secret).encode()).hexdigest()  # noqa: S324 - the provider's choice
    return hmac.new(secret.encode(), signed.encode(), method).hexdigest()


def _text(fields: Mapping[str, str]) -> str:
    if fields.get("type") != "binary":
        return fields.get("text", "")
    try:
        return bytes.fromhex(fields.get("data", "")).decode("utf-16-be")
    except ValueError as error:
        raise PayloadError("data") from error


def _part(fields: Mapping[str, str]) -> PartOf | None:
    try:
        if fields.get("concat") == "true":
            numbers = [int(fields[f"concat-{name}"]) for name in ("ref", "total", "part")]
            return sensible(PartOf(*numbers))
        return read_header(bytes.fromhex(fields.get("udh", "")))
    except (KeyError, ValueError) as error:
        raise PayloadError("concat") from error
