"""Reads how it stands with a superior's answer: whether it may be asked for, was asked for, was promised and came."""

from datetime import datetime
from typing import Any, NamedTuple

from shared.events.vocabulary import Channel

from .may_ask_superior import Asking, AskingState, may_ask_superior
from .next_status import Status
from .policy import IntakePolicy

PROVIDER = "tracking"
"""The account, so to speak, of contacts that are made on the tracking page; their key is the complaint's id."""

COLUMNS = """
    complaint.round AS asking_round, complaint.resolved_at AS asking_resolved_at,
    asking.promised AS asking_promised, asking.contact_due_at AS asking_contact_due_at,
    least(asking.pressed_at, asking.heard_at) AS asking_asked_at, asking.due_at AS asking_due_at,
    asking.state AS asking_state, now() AS asking_now
"""
JOINED = f"""
    CROSS JOIN LATERAL (
        SELECT count(*) > 0 AS promised, min(due_at) FILTER (WHERE kind = 'CONTACT') AS contact_due_at,
               max(due_at) FILTER (WHERE kind = 'SUPERIOR') AS due_at,
               max(state) FILTER (WHERE kind = 'SUPERIOR') AS state,
               (SELECT received_at FROM contact WHERE channel = '{Channel.WEB}' AND provider = '{PROVIDER}'
                AND contact_key = CAST(complaint.complaint_id AS text)) AS pressed_at,
               (SELECT min(at) FROM history WHERE history.complaint_id = complaint.complaint_id
                AND publisher = 'sla' AND what = 'customer_escalated') AS heard_at
        FROM promise WHERE promise.complaint_id = complaint.complaint_id
    ) AS asking
"""  # noqa: S608 - words of our own


class Superior(NamedTuple):
    """may_ask_from: the moment before which it is too early, None if it is not, or nobody can tell yet.

    due_at, state: of the promised answer, None while none is promised.
    """

    asking: Asking
    asked_at: datetime | None
    may_ask_from: datetime | None
    due_at: datetime | None
    state: str | None


def read_superior(row: dict[str, Any], policy: IntakePolicy) -> Superior:
    """What the columns of this file say; they are taken out of the row, which has the status too."""
    found = {name: row.pop(f"asking_{name}") for name in _NAMES}
    now, due_at, state = found.pop("now"), found.pop("due_at"), found.pop("state")
    asks = may_ask_superior(
        AskingState(status=Status(row["status"]), **found), now, policy.superior, policy.repeat
    )
    from_ = found["contact_due_at"] if asks is Asking.TOO_EARLY else None
    return Superior(asks, found["asked_at"], from_, due_at, state)


_NAMES = ("round", "resolved_at", "promised", "contact_due_at", "asked_at", "due_at", "state", "now")
