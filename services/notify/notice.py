"""What a message beside the ordinary journey is made of: to whom, told of what, with which facts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from shared.events.vocabulary import Channel, EscalationLevel, MessageKind, RemedyKind, Role

from .policy import NotifyPolicy


class Owed(NamedTuple):
    """What a customer gets, in the smallest unit of money; no kind where it was said before."""

    kind: RemedyKind | None
    amount: int


class SealedText(NamedTuple):
    """A text that only notify can open."""

    sealed: str


class Several(NamedTuple):
    """Several values of the vocabulary, said one after the other."""

    values: tuple[StrEnum, ...]


class Where(NamedTuple):
    """Where somebody is reached, if an event says so itself; the address is sealed."""

    channel: Channel | None
    reply_to: str | None


OF_INCIDENTS = frozenset({MessageKind.OUTAGE_DUTIES, MessageKind.OUTAGE_OVERDUE})
"""The messages about an incident itself; its id stands where other messages have their complaint's."""


def incident_of(kind: str, subject: UUID) -> UUID | None:
    """The incident that a message is about, if it is about no complaint."""
    return subject if kind in OF_INCIDENTS else None


Fact: TypeAlias = str | datetime | StrEnum | Owed | SealedText | Several


class Notice(NamedTuple):
    """One message: to whom, told of what, once; `facts` are still to be said in the reader's language.

    late: staff read that they are told well after the moment; level: what it asks of them; not_before: they are not to
    be disturbed before.
    """

    kind: MessageKind
    role: Role
    told_of: str
    facts: Mapping[str, Fact] = {}
    where: Where | None = None
    late: bool = False
    level: EscalationLevel | None = None
    not_before: datetime | None = None


Decide: TypeAlias = Callable[[Any, NotifyPolicy], tuple[Notice, ...]]
"""From an event to the messages that it calls for; none where nobody is to be told."""


def plain(kind: MessageKind, role: Role, of: str, *, where: str | None = None, **facts: str) -> Decide:
    """One message with facts from the event's fields of these names; `where`: whose channel and address it names."""

    def notices(event: Any, _policy: NotifyPolicy) -> tuple[Notice, ...]:
        values = {name: getattr(event, field) for name, field in facts.items()}
        to = where and Where(getattr(event, f"{where}_channel"), getattr(event, f"{where}_reply_to"))
        return (Notice(kind, role, str(getattr(event, of)), values, to or None),)

    return notices
