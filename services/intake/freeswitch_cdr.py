"""FreeSWITCH mod_json_cdr: one JSON record per leg, at hang-up; two legs of one call are parts of one call."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, unquote_plus

from pydantic_core import from_json
from starlette.responses import Response

from .provider_accounts import ProviderAccount
from .provider_payload import CallTold, PayloadError, Posted, wanted

_ROOT = ("cc_member_session_uuid", "originating_leg_uuid", "originator")
"""Variables by which an agent's leg names the caller's."""
_RECORDING = ("cc_record_filename", "record_path", "recording_file")

_ABOUT = "redress_complaint"
"""A variable that the dialplan sets on calls that we make: id or receipt number of the complaint."""


class FreeswitchCdr:
    """See https://developer.signalwire.com/freeswitch/module-reference/event-handlers/mod_json_cdr/."""

    def is_genuine(self, posted: Posted, _account: ProviderAccount) -> bool:
        """There is nothing to be checked but the token in the path."""
        return posted.method == "POST"

    def read(self, posted: Posted, _account: ProviderAccount) -> CallTold:
        """A part of the call. Raises PayloadError."""
        return read_record(_document(posted.body))

    def taken(self) -> Response:
        """Any success; the body is not read."""
        return Response(status_code=200)

    def not_taken(self) -> Response:
        """Tried again as often as `retries` says, then written to `err-log-dir`: see reconciliation."""
        return Response(status_code=503)


def read_record(record: Any) -> CallTold:
    """The part of a call that one record tells. Raises PayloadError."""
    told = record.get("variables") if isinstance(record, dict) else None
    if not isinstance(told, dict):
        raise PayloadError("variables")
    said = {name: unquote(value) for name, value in told.items() if isinstance(value, str)}
    leg = wanted(said.get("uuid"), "variables.uuid")
    root = next((said[name] for name in _ROOT if said.get(name)), leg)
    is_person = root != leg or said.get("direction") == "outbound"
    facts: dict[str, Any] = {"leg_id": leg, **_times(said, is_person=is_person)}
    if said.get("hangup_cause"):
        facts["hangup_reason"] = said["hangup_cause"][:100]
    facts |= _agent(said) if root != leg else _caller(said, record)
    if said.get("end_uepoch", "").isdecimal():
        facts["told_at"] = _moment(said, "end")
    return CallTold(root, facts)


def _caller(said: Mapping[str, str], record: Mapping[str, Any]) -> dict[str, Any]:
    profile = _profile(record)
    number = said.get("caller_id_number") or profile.get("caller_id_number") or ""
    direction = said.get("direction", "inbound")
    facts: dict[str, Any] = {
        "caller_number": unquote(str(number))[:40],
        "called_number": (said.get("destination_number") or str(profile.get("destination_number") or ""))[
            :40
        ],
        "direction": direction if direction in {"inbound", "outbound"} else "inbound",
        "queue": said.get("cc_queue", "")[:100],
        "complaint": said.get(_ABOUT, "")[:40],
    }
    if facts["complaint"]:
        facts["direction"] = "outbound"  # from a desk phone our own leg is the one that came in
    if said.get("privacy_hide_number") == "true" or said.get("origination_privacy", "").startswith("hide"):
        facts["caller_presentation"] = "withheld"
    if said.get("cc_cause") == "cancel":
        facts["disposition"] = "abandoned"
    elif said.get("cc_cause") == "answered":
        facts["disposition"] = "answered"
    recording = next((said[name] for name in _RECORDING if said.get(name)), None)
    if recording:
        facts["recording"] = {"reference": recording[:2000], "available": True}
    return {name: value for name, value in facts.items() if value}


def _agent(said: Mapping[str, str]) -> dict[str, Any]:
    agent = said.get("cc_agent", "").partition("@")[0]
    return {"agent_id": agent[:100]} if agent and _moment(said, "answer") else {}


def _times(said: Mapping[str, str], *, is_person: bool) -> dict[str, str]:
    """An answer on the caller's own leg is the machine's."""
    names = {"started_at": "start", "ended_at": "end"} | ({"answered_at": "answer"} if is_person else {})
    return {name: moment for name, stem in names.items() if (moment := _moment(said, stem))}


def _moment(said: Mapping[str, str], stem: str) -> str | None:
    micros = said.get(f"{stem}_uepoch", "")
    if not micros.isdecimal() or not 0 < int(micros) < 10**17:
        return None
    return datetime.fromtimestamp(int(micros) / 1e6, UTC).isoformat()


def _profile(record: Mapping[str, Any]) -> Mapping[str, Any]:
    flow = record.get("callflow")
    first = flow[-1] if isinstance(flow, list) and flow else {}
    profile = first.get("caller_profile") if isinstance(first, dict) else None
    return profile if isinstance(profile, dict) else {}


def _document(body: bytes) -> Any:
    """The record, whichever way `encode` has wrapped it."""
    raw = body.strip()
    try:
        if raw.startswith(b"cdr="):
            raw = raw[4:]
            raw = (
                unquote_plus(raw.decode()).encode()
                if raw[:1] in b"%{"
                else base64.b64decode(raw, validate=True)
            )
        return from_json(raw)
    except (ValueError, binascii.Error) as error:
        raise PayloadError("body") from error
