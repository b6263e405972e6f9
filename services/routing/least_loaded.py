"""Decides who of several gets the next complaint: the one with the least on the desk."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from shared.events.vocabulary import Language

from .directory import Member

_NEVER = datetime.min.replace(tzinfo=UTC)


class Load(NamedTuple):
    """Open complaints a person owns, or handles for another owner; and when the last one was given."""

    open: int = 0
    last_given_at: datetime | None = None


_NOTHING = Load()


def least_loaded(
    members: Sequence[Member],
    loads: Mapping[str, Load],
    language: Language,
    *,
    same_language_first: bool,
) -> Member | None:
    """FC-3: the least loaded, of those first who speak the language; None if there is nobody.

    Among equals it is the one who has gone longest without a new complaint, then the smallest id.
    """
    speakers = [member for member in members if language in member.languages] if same_language_first else []

    def desk(member: Member) -> tuple[int, datetime, str]:
        open_, last_given_at = loads.get(member.id, _NOTHING)
        return open_, last_given_at or _NEVER, member.id

    return min(speakers or members, key=desk, default=None)
