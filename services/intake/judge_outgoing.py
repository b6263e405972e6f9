"""Decides of a call that we made whether the customer was reached, and which of their complaints it was about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

_NOBODY = frozenset({"abandoned", "voicemail", "failed"})


class Outgoing(NamedTuple):
    """A call that we made. talked: seconds, None where nobody was reached or the system did not tell."""

    reached: bool
    called_at: datetime | None
    talked: float | None


def is_outgoing(call: Mapping[str, Any]) -> bool:
    """Whether we made it."""
    return call.get("direction") == "outbound"


def judge_outgoing(call: Mapping[str, Any]) -> Outgoing | None:
    """PAU-2: whether a person answered; a machine, a busy line or no answer is a call in vain. None while it lasts."""
    disposition = call.get("disposition")
    if "ended_at" not in call and disposition not in {*_NOBODY, "answered"}:
        return None
    reached = disposition == "answered" or ("answered_at" in call and disposition not in _NOBODY)
    began, answered, ended = (_moment(call, name) for name in ("started_at", "answered_at", "ended_at"))
    talked = (ended - answered).total_seconds() if reached and answered and ended else None
    return Outgoing(reached, began or answered or ended, max(talked, 0.0) if talked is not None else None)


def whose_call(call: Mapping[str, Any], named: UUID | None, only_open: UUID | None) -> UUID | None:
    """The complaint that the call was about: the one it names, else the only open one of who was called.

    named, only_open: those that are known. What staff noted without naming a complaint stays a contact of its own.
    """
    if named is not None:
        return named
    return None if "text" in call else only_open


def _moment(call: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(call[name]) if name in call else None
