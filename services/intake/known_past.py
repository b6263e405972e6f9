"""What is known of the customers of a batch: who they are, what they complained of lately, and of this batch so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.events.vocabulary import Channel, Severity

from .case_type import CaseType
from .customer_profile import Profile
from .draft import Draft
from .judge_past import NO_PAST, Past
from .judge_repeat import Earlier
from .text_similarity import similarity


class Recent(NamedTuple):
    """A recent complaint with its text, not yet compared with anything."""

    complaint_id: UUID
    repeat_index: int
    resolved_at: datetime | None
    final: bool
    case_type: CaseType
    category: str | None
    severity: Severity
    broken_promises: int
    receipt: str
    code: str
    text: str

    def beside(self, text: str) -> Earlier:
        """The same, compared with a new text."""
        return Earlier(*self[:7], similarity(self.text, text), self.broken_promises)


@dataclass(slots=True)
class Known:
    """A customer, while a batch is decided; recent: the newest complaint first."""

    profile: Profile = field(default_factory=Profile)
    recent: list[Recent] = field(default_factory=list)
    past: Past = NO_PAST

    def before(self, text: str) -> list[Earlier]:
        """The recent complaints beside a new text."""
        return [complaint.beside(text) for complaint in self.recent]

    def count(self, draft: Draft) -> None:
        """Note that a draft is a complaint of its own."""
        self.past = self.past.plus(draft.complaint_id, online=draft.contact.channel is Channel.WEB)

    def remember(self, draft: Draft) -> None:
        """Let later contacts of this batch find a draft that is decided."""
        told = draft.contact
        self.recent.insert(
            0,
            Recent(
                draft.complaint_id,
                draft.repeat.repeat_index,
                None,
                False,
                draft.case_type,
                told.category,
                draft.severity,
                0,
                draft.receipt,
                draft.code,
                told.text,
            ),
        )

    def find(self, complaint_id: UUID) -> Recent:
        """The recent complaint with this id."""
        return next(complaint for complaint in self.recent if complaint.complaint_id == complaint_id)


def profiles_of(known: Mapping[UUID, Known]) -> dict[UUID, Profile]:
    """The profile of every customer."""
    return {customer_id: one.profile for customer_id, one in known.items()}


def all_new(customers: Iterable[UUID]) -> dict[UUID, Known]:
    """Customers of whom nothing is known yet."""
    return {customer_id: Known() for customer_id in customers}
