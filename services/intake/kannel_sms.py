"""Kannel, and with it any operator's SMPP, CIMD2 or EMI link: a GET to the address in its sms-service group.

get-url = ".../providers/kannel-sms/<token>?from=%p&to=%P&text=%b&id=%I&at=%T&charset=%C&coding=%c&udh=%u&meta=%D"
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from starlette.responses import PlainTextResponse, Response

from .join_parts import PartOf, read_header, sensible
from .provider_accounts import ProviderAccount
from .provider_payload import Message, PayloadError, Posted, Unreadable, plausible, wanted

_UNICODE = "2"
_CHARSETS = {"UTF16-BE": "utf-16-be", "UTF-16BE": "utf-16-be", "UCS-2": "utf-16-be", "": "utf-8"}
_SAR = ("sar_msg_ref_num", "sar_total_segments", "sar_segment_seqnum")


class KannelSms:
    """See the user guide, https://www.kannel.org/download/1.4.5/userguide-1.4.5/userguide.html."""

    def is_genuine(self, posted: Posted, _account: ProviderAccount) -> bool:
        """There is nothing to be checked but the token in the path."""
        return posted.method == "GET"

    def read(self, posted: Posted, _account: ProviderAccount) -> Sequence[Message | Unreadable]:
        """One message or one part of a long one."""
        fields = dict(parse_qsl(posted.query, keep_blank_values=True, encoding="latin-1", max_num_fields=500))
        return [
            Message(
                key=wanted(fields.get("id"), "id"),
                sender=wanted(fields.get("from"), "from"),
                to=fields.get("to") or None,
                text=wanted(_text(fields), "text"),
                occurred_at=_sent(fields.get("at", "")),
                part=read_header(fields.get("udh", "").encode("latin-1")) or _segment(fields.get("meta", "")),
            )
        ]

    def taken(self) -> Response:
        """Kannel would send the body to the customer; `max-messages = 0` keeps it from sending an empty one."""
        return PlainTextResponse("")

    def not_taken(self) -> Response:
        """Sent again as often as `http-request-retry` says."""
        return Response(status_code=503)


def _text(fields: Mapping[str, str]) -> str:
    raw = fields.get("text", "").encode("latin-1")
    charset = fields.get("charset", "")
    try:
        return raw.decode(_CHARSETS.get(charset.upper(), charset))
    except (LookupError, UnicodeDecodeError):
        pass
    try:
        return raw.decode("utf-16-be" if fields.get("coding") == _UNICODE else "utf-8")
    except UnicodeDecodeError as error:
        raise PayloadError("text") from error


def _sent(seconds: str) -> datetime | None:
    if not seconds.isdecimal() or len(seconds) > 11:
        return None
    return plausible(datetime.fromtimestamp(int(seconds), UTC))


def _segment(meta: str) -> PartOf | None:
    """SAR fields among the meta-data of an SMPP link: `?smpp?sar_msg_ref_num=7&…`."""
    told = dict(parse_qsl(meta.partition("?smpp?")[2].partition("?")[0]))
    numbers = [told.get(name, "") for name in _SAR]
    if not all(number.isdecimal() and len(number) < 6 for number in numbers):
        return None
    return sensible(PartOf(*map(int, numbers)))
