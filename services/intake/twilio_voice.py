"""Twilio Voice: signed callbacks about a call, its recording, its transcription and its place in a queue."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response

from .provider_accounts import ProviderAccount
from .provider_payload import CallTold, Posted, plausible, wanted
from .twilio_signature import is_signed
from .twilio_sms import EMPTY_TWIML

_OVER = {"completed", "busy", "no-answer", "failed", "canceled"}
_HIDDEN = {"+266696687", "+7378742833", "+2562533", "+8566696687", "+86282452253"}
"""What Twilio gives for anonymous, restricted, blocked, unknown and unavailable: letters as dialled."""
_QUEUE = {"bridged": "answered", "redirected": "answered", "hangup": "abandoned", "leave": "abandoned"}
_DIAL = {"completed": "answered", "answered": "answered", "no-answer": "abandoned", "busy": "abandoned"}

_MADE = {
    "completed": "answered",
    "busy": "failed",
    "no-answer": "failed",
    "failed": "failed",
    "canceled": "failed",
}


class TwilioVoice:
    """See https://www.twilio.com/docs/voice/twiml and the pages on status and recording callbacks there."""

    def is_genuine(self, posted: Posted, account: ProviderAccount) -> bool:
        """Signed over the configured public address."""
        return posted.method == "POST" and is_signed(posted, account)

    def read(self, posted: Posted, _account: ProviderAccount) -> CallTold:
        """A part of the call. Raises PayloadError."""
        fields = dict(posted.form())
        leg = wanted(fields.get("CallSid"), "CallSid")
        root = fields.get("ParentCallSid") or leg
        now = _told(fields)
        facts: dict[str, Any] = {"leg_id": leg, **_times(fields, now), **_recording(fields)}
        if root == leg:
            facts |= _caller(fields) | _queued(fields) | _outgoing(fields, posted)
        if now:
            facts["told_at"] = now.isoformat()
        if fields.get("TranscriptionText", "").strip():
            facts["transcript"] = {"text": fields["TranscriptionText"][:60_000]}
        return CallTold(root, facts)

    def taken(self) -> Response:
        """TwiML that says nothing, for the callbacks that are asked for it."""
        return Response(EMPTY_TWIML, media_type="text/xml")

    def not_taken(self) -> Response:
        """Sent again as often as the account's address says."""
        return Response(status_code=503)


def _caller(fields: Mapping[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    number = fields.get("From")
    if number in _HIDDEN or number == "":
        facts["caller_presentation"] = "withheld"
    elif number:
        facts["caller_number"] = number[:40]
    if fields.get("To"):
        facts["called_number"] = fields["To"][:40]
    if fields.get("Direction"):
        facts["direction"] = "inbound" if fields["Direction"] == "inbound" else "outbound"
    if fields.get("Digits"):
        facts["ivr_path"] = [{"menu": "gather", "digits": fields["Digits"][:40]}]
    return facts


def _queued(fields: Mapping[str, str]) -> dict[str, Any]:
    disposition = _QUEUE.get(fields.get("QueueResult", "")) or _DIAL.get(fields.get("DialCallStatus", ""))
    facts: dict[str, Any] = {"disposition": disposition} if disposition else {}
    if fields.get("QueueSid"):
        facts["queue"] = fields["QueueSid"][:100]
    return facts


def _outgoing(fields: Mapping[str, str], posted: Posted) -> dict[str, Any]:
    """A call that we made: what became of it, and the complaint that the callback's own address names."""
    if not fields.get("Direction", "inbound").startswith("outbound"):
        return {}
    facts: dict[str, Any] = {}
    if became := _MADE.get(fields.get("CallStatus", "")):
        facts["disposition"] = became
    if fields.get("AnsweredBy", "").startswith(("machine", "fax")):
        facts["disposition"] = "voicemail"
    if named := dict(parse_qsl(posted.query)).get("complaint"):
        facts["complaint"] = named[:40]
    return facts


def _times(fields: Mapping[str, str], now: datetime | None) -> dict[str, str]:
    """The end is when the last callback says it was; the beginning is as much earlier as the call was long."""
    if fields.get("CallStatus") not in _OVER or now is None:
        return {}
    seconds = fields.get("CallDuration", "")
    length = int(seconds) if seconds.isdecimal() and len(seconds) < 6 else 0
    return {"started_at": (now - timedelta(seconds=length)).isoformat(), "ended_at": now.isoformat()}


def _recording(fields: Mapping[str, str]) -> dict[str, Any]:
    reference = fields.get("RecordingUrl") or fields.get("RecordingSid")
    if not reference:
        return {}
    available = fields.get("RecordingStatus", "completed") == "completed"
    recording: dict[str, Any] = {"reference": reference[:2000], "available": available}
    if fields.get("RecordingDuration", "").isdecimal():
        recording["duration"] = float(fields["RecordingDuration"])
    return {"recording": recording}


def _told(fields: Mapping[str, str]) -> datetime | None:
    try:
        told = parsedate_to_datetime(fields.get("Timestamp", ""))
    except (ValueError, TypeError):
        return None
    return plausible(told if told.tzinfo else told.replace(tzinfo=UTC))
