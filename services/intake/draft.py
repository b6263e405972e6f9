"""A contact on its way to become a complaint, with what is decided about it so far."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.events.vocabulary import ComplaintKind, Grade, Severity, Tag

from .case_type import CaseType
from .category_tree import Category
from .judge_repeat import Repeat
from .judge_risk import Risk
from .read_contact import Contact, CustomerFacts
from .score_priority import Priority


@dataclass(slots=True)
class Draft:
    """A new customer gets the contact's id. facts: all that is known of the customer then."""

    contact: Contact
    contact_id: UUID = field(default_factory=uuid7)
    complaint_id: UUID = field(default_factory=uuid7)
    customer_id: UUID = field(init=False)
    grade: Grade = field(init=False)
    repeat: Repeat = field(init=False)
    category: Category = field(init=False)
    case_type: CaseType = field(init=False)
    severity: Severity = field(init=False)
    severity_rule: str = field(init=False)
    kind: ComplaintKind = field(init=False)
    tags: tuple[Tag, ...] = field(init=False)
    risk: Risk = field(init=False)
    priority: Priority = field(init=False)
    facts: CustomerFacts = field(init=False)
    occurred_at: datetime = field(init=False)
    receipt: str = field(init=False)
    code: str = field(init=False)
    same_owner_as: UUID | None = None
