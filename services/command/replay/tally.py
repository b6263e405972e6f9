"""Counts what became of each row, and keeps the ids of the complaints that came of them."""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from .make_contact import Contact, Dated
from .rejects import Reason


class Outcome(StrEnum):
    """What intake made of a contact."""

    CREATED = "created"
    ATTACHED = "attached"
    ALREADY_KNOWN = "already_known"


class Answer(NamedTuple):
    """Intake's answer to a contact it took."""

    outcome: Outcome
    complaint_id: UUID


@dataclass
class Tally:
    """Every row counts once as read, and once as what became of it. created_twice: said to be new twice."""

    read: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    rejected: Counter[Reason] = field(default_factory=Counter)
    dated: Counter[Dated] = field(default_factory=Counter)
    created: set[UUID] = field(default_factory=set)
    found: set[UUID] = field(default_factory=set)
    created_twice: set[UUID] = field(default_factory=set)

    def answered(self, contact: Contact, answer: Answer) -> None:
        """Intake took it."""
        self.outcomes[answer.outcome] += 1
        self.dated[contact.dated] += 1
        if answer.outcome is not Outcome.CREATED:
            self.found.add(answer.complaint_id)
        elif answer.complaint_id in self.created:
            self.created_twice.add(answer.complaint_id)
        else:
            self.created.add(answer.complaint_id)

    @property
    def complaints(self) -> Set[UUID]:
        """The complaints of this file: those it created, and those its rows were attached to or known as."""
        return self.created | self.found

    @property
    def unanswered(self) -> int:
        """Rows of which nobody knows what became, because the replay was stopped; a next one finds out."""
        return self.read - self.outcomes.total() - self.rejected.total()
