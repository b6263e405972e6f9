"""What is known of a customer while a batch of contacts is decided, and what has to be stored of it."""

from dataclasses import dataclass, field

from shared.events.vocabulary import Channel, Grade

from .decide_grade import decide_grade
from .higher_grade import is_higher
from .read_contact import NOTHING_KNOWN, Contact, CustomerFacts


@dataclass(slots=True)
class Profile:
    """known: what was stored before, None for a new customer; told: what this batch adds.

    consent_changes: what a customer who was heard before says otherwise now, and where (OF-7).
    """

    known: CustomerFacts | None = None
    told: CustomerFacts = NOTHING_KNOWN
    consent_changes: list[tuple[bool, Channel]] = field(default_factory=list)
    _heard: bool = False

    def hear(self, contact: Contact) -> CustomerFacts:
        """Take in what a contact tells; returns all that is known now."""
        before = (self.known or NOTHING_KNOWN).corrected_by(self.told)
        consent = contact.customer.marketing_consent
        if consent is not None and consent != before.marketing_consent and (self.known or self._heard):
            self.consent_changes.append((consent, contact.channel))
        self._heard = True
        self.told = self.told.corrected_by(contact.customer)
        return before.corrected_by(contact.customer)

    def higher_grade(self) -> Grade | None:
        """The grade of a customer who was known before with a lower one; None if it did not rise."""
        if self.known is None or self.told is NOTHING_KNOWN:
            return None
        grade = _grade_of(self.known.corrected_by(self.told))
        return grade if is_higher(grade, _grade_of(self.known)) else None

    @property
    def must_be_stored(self) -> bool:
        """True for new customers and for new facts."""
        return self.known is None or self.known.corrected_by(self.told) != self.known


def _grade_of(facts: CustomerFacts) -> Grade:
    return decide_grade(facts.grade, protected=bool(facts.protected), identified=True)
