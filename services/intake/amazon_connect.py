"""Amazon Connect: contact records and contact events, one JSON document per request, in any order and more than once."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json
from starlette.responses import Response

from .provider_accounts import ProviderAccount
from .provider_payload import CallTold, PayloadError, Posted, plausible, wanted

KEY_HEADER = "x-api-key"
_OURS = {"OUTBOUND", "EXTERNAL_OUTBOUND", "CALLBACK", "API"}
_MACHINES = ("VOICEMAIL", "FAX")
_NOBODY = ("AMD_UNANSWERED", "SIT_TONE")
_ABOUT = "redress_complaint"
"""A contact attribute that the flow sets on calls that we make: id or receipt number of the complaint."""


class AmazonConnect:
    """See https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html and …/contact-events.html."""

    def is_genuine(self, posted: Posted, account: ProviderAccount) -> bool:
        """The token in the path; where the account has secrets, one of them is the key of the EventBridge connection."""
        if posted.method != "POST":
            return False
        given = posted.headers.get(KEY_HEADER, "").encode()
        matches = [hmac.compare_digest(secret.encode(), given) for secret in account.secrets]
        return any(matches) or not account.secrets

    def read(self, posted: Posted, _account: ProviderAccount) -> CallTold:
        """A part of the call. Raises PayloadError."""
        try:
            document = from_json(posted.body)
        except ValueError as error:
            raise PayloadError("body") from error
        if not isinstance(document, dict):
            raise PayloadError("body")
        return _read_event(document) if "detail" in document else _read_record(document)

    def taken(self) -> Response:
        """Any success; the body is not read."""
        return Response(status_code=200)

    def not_taken(self) -> Response:
        """EventBridge tries again, for a day as it is set by default."""
        return Response(status_code=503)


def _read_record(record: Mapping[str, Any]) -> CallTold:
    leg, root = _ids(record, "ContactId", "InitialContactId", "Channel")
    agent, method = _part(record, "Agent"), str(record.get("InitiationMethod"))
    facts = _times(record, method, "InitiationTimestamp", "ConnectedToSystemTimestamp", "DisconnectTimestamp")
    connected = _moment(agent.get("ConnectedToAgentTimestamp"))
    if connected and agent.get("Username"):
        facts["agent_id"] = str(agent["Username"])[:100]
    if connected and method not in _OURS:
        facts["answered_at"] = connected
    if leg == root:
        facts |= _ends(record, method) | _machine(record)
        facts["complaint"] = str(_part(record, "Attributes").get(_ABOUT) or "")[:40]
    facts["queue"] = str(_part(record, "Queue").get("Name") or "")[:100]
    facts["hangup_reason"] = str(record.get("DisconnectReason") or "")[:100]
    recording = _part(record, "Recording")
    if recording.get("Location"):
        available = recording.get("Status") == "AVAILABLE"
        facts["recording"] = {"reference": str(recording["Location"])[:2000], "available": available}
    return _told(root, leg, facts, record.get("LastUpdateTimestamp"))


def _read_event(event: Mapping[str, Any]) -> CallTold:
    """Of one step on the way; it names neither numbers nor accounts, which come with the record."""
    detail = _part(event, "detail")
    leg, root = _ids(detail, "contactId", "initialContactId", "channel")
    method = str(detail.get("initiationMethod"))
    facts = _times(detail, method, "initiationTimestamp", "connectedToSystemTimestamp", "disconnectTimestamp")
    connected = _moment(_part(detail, "agentInfo").get("connectedToAgentTimestamp"))
    if connected and method not in _OURS:
        facts["answered_at"] = connected
    if leg == root:
        facts["direction"] = "outbound" if method in _OURS else "inbound"
    facts["hangup_reason"] = str(detail.get("disconnectReason") or "")[:100]
    return _told(root, leg, facts, event.get("time"))


def _ids(contact: Mapping[str, Any], leg: str, root: str, channel: str) -> tuple[str, str]:
    """The contact and the one that it began with: a transfer is a further leg of the same call."""
    if contact.get(channel) != "VOICE":
        raise PayloadError(channel)
    own = wanted(contact.get(leg), leg)
    return own, wanted(contact.get(root) or own, root)


def _ends(record: Mapping[str, Any], method: str) -> dict[str, str]:
    customer = str(_part(record, "CustomerEndpoint").get("Address") or "")[:40]
    system = str(_part(record, "SystemEndpoint").get("Address") or "")[:40]
    if method in _OURS:
        return {"direction": "outbound", "caller_number": system, "called_number": customer}
    return {"direction": "inbound", "caller_number": customer, "called_number": system}


def _machine(record: Mapping[str, Any]) -> dict[str, str]:
    heard = str(record.get("AnsweringMachineDetectionStatus") or "")
    if heard.startswith(_MACHINES):
        return {"disposition": "voicemail"}
    return {"disposition": "failed"} if heard.startswith(_NOBODY) else {}


def _times(contact: Mapping[str, Any], method: str, began: str, media: str, ended: str) -> dict[str, Any]:
    """A call that we make is answered when its media stand; of one that comes in that is the machine's answer."""
    names = {"started_at": began, "ended_at": ended} | ({"answered_at": media} if method in _OURS else {})
    return {name: at for name, field in names.items() if (at := _moment(contact.get(field)))}


def _told(root: str, leg: str, facts: dict[str, Any], told_at: object) -> CallTold:
    facts["told_at"] = _moment(told_at)
    return CallTold(root, {"leg_id": leg, **{name: value for name, value in facts.items() if value}})


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = document.get(name)
    return part if isinstance(part, dict) else {}


def _moment(value: object) -> str | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    known = plausible(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return known.isoformat() if known else None
