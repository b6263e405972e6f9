"""A contact on its way to become a complaint, with what is decided about it so far."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.events.vocabulary import Grade

from .judge_repeat import Repeat
from .read_contact import Contact, CustomerFacts


@dataclass(slots=True)
class Draft:
    """A new customer gets the contact's id. facts: all that is known of the customer then."""

    contact: Contact
    contact_id: UUID = field(default_factory=uuid7)
    complaint_id: UUID = field(default_factory=uuid7)
    customer_id: UUID = field(init=False)
    grade: Grade = field(init=False)
    repeat: Repeat = field(init=False)
    facts: CustomerFacts = field(init=False)
    occurred_at: datetime = field(init=False)
    receipt: str = field(init=False)
    code: str = field(init=False)
