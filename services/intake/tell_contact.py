"""Writes what a decided draft tells the other services: a complaint was received, or a contact was attached."""

from datetime import datetime

from shared.events.intake import ComplaintReceived, ContactAttached
from shared.runtime.sealing import Sealer

from .decide_kind import is_conflict_of_interest
from .draft import Draft
from .phone_numbers import NumberKind, read_customer_number
from .policy import IntakePolicy
from .read_contact import Contact, CustomerFacts
from .reply_address import ReplyAddress, choose_reply, masked


class Teller:
    """Knows policy and keys, and has no other state."""

    def __init__(self, policy: IntakePolicy, sealer: Sealer) -> None:
        self._policy = policy
        self._sealer = sealer

    def event_of(self, draft: Draft, now: datetime) -> ComplaintReceived | ContactAttached:
        """The event; its subject is the complaint that the contact became or belongs to."""
        return self._received(draft, now) if draft.repeat.attach_to is None else self._attached(draft, now)

    def _attached(self, draft: Draft, now: datetime) -> ContactAttached:
        assert draft.repeat.attach_to is not None and draft.repeat.rule is not None  # noqa: PT018
        contact = draft.contact
        return ContactAttached(
            complaint_id=draft.repeat.attach_to,
            contact_id=draft.contact_id,
            customer_id=draft.customer_id,
            channel=contact.channel,
            rule=draft.repeat.rule,
            reopens=draft.repeat.reopens,
            severity=draft.severity,
            tags=draft.tags,
            risk_score=draft.risk.score,
            taken_by=contact.taken_by,
            occurred_at=draft.occurred_at,
            received_at=now,
            policy_version=self._policy.version,
        )

    def _received(self, draft: Draft, now: datetime) -> ComplaintReceived:
        contact, told = draft.contact, draft.contact.particulars
        reply = self._reply(contact, draft.facts)
        return ComplaintReceived(
            complaint_id=draft.complaint_id,
            receipt_number=draft.receipt,
            channel=contact.channel,
            customer_id=draft.customer_id,
            grade=draft.grade,
            severity=draft.severity,
            severity_rule=draft.severity_rule,
            case_type=draft.case_type,
            category=contact.category,
            language=contact.language,
            occurred_at=draft.occurred_at,
            received_at=now,
            taken_by=contact.taken_by,
            repeat_of=draft.repeat.repeat_of,
            repeat_index=draft.repeat.repeat_index,
            abusive=contact.judgement.abusive,
            reply_channel=reply.channel if reply else None,
            reply_to=self._sealer.seal(reply.address, str(draft.complaint_id)) if reply else None,
            address_hint=masked(reply.address) if reply else None,
            marketing_consent=bool(draft.facts.marketing_consent),
            policy_version=self._policy.version,
            kind=draft.kind,
            tags=draft.tags,
            risk_score=draft.risk.score,
            priority=draft.priority.score,
            priority_class=draft.priority.priority_class,
            department=draft.category.department,
            is_fault=draft.category.is_fault,
            conflict_of_interest=is_conflict_of_interest(draft.case_type, told.accused_staff),
            accused_staff=told.accused_staff,
            area=told.area,
            motives=told.motives,
            desired_remedy=told.desired_remedy,
            same_owner_as=draft.same_owner_as,
            tells_of_trouble=contact.judgement.tells_of_trouble,
            also_asked=told.also_asked,
            customer_zone=draft.facts.zone,
        )

    def _reply(self, contact: Contact, facts: CustomerFacts) -> ReplyAddress | None:
        """Where this contact can be answered; what the customer told earlier helps."""
        mobile = contact.mobile
        if mobile is None and facts.phone:
            stored = read_customer_number(facts.phone, self._policy.phone.region)
            mobile = stored.e164 if stored.kind is NumberKind.MOBILE else None
        return choose_reply(mobile, facts.email, facts.preferred_channel)
