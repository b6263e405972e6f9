"""Decides what a batch of contacts becomes: each key one complaint, stored and told in one transaction.

Claim the contacts nobody has taken and lock their customers' keys; look back at what is known of these
customers; decide customer, grade and repeat; save; publish.
"""

import secrets
from collections.abc import Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.bus.transience import is_transient
from shared.bus.unit_of_work import Transaction, UnitOfWork, traceparent
from shared.events.intake import ComplaintReceived, ConsentChanged
from shared.runtime.sealing import Sealer

from . import metrics
from .categories import Categories
from .contact_store import Accepted, claim, find_known, look_back, move_keys, save_complaints
from .customer_profile import Profile
from .decide_grade import decide_grade
from .decide_kind import is_conflict_of_interest
from .draft import Draft
from .group_commit import OutcomeUnknownError
from .judge_repeat import Earlier, judge_repeat
from .phone_numbers import NumberKind, read_customer_number
from .policy import IntakePolicy
from .read_contact import Contact, CustomerFacts, Identity
from .receipt_number import receipt_number
from .reply_address import ReplyAddress, choose_reply, masked
from .understand import read_case_type, understand


class Acceptance:
    """Accepts batches of contacts by one policy."""

    def __init__(
        self, work: UnitOfWork, policy: IntakePolicy, sealer: Sealer, categories: Categories | None = None
    ) -> None:
        self._work = work
        self._categories = categories or Categories()
        self._policy = policy
        self._sealer = sealer
        self._zone = ZoneInfo(policy.receipt.zone)

    async def accept(self, contacts: Sequence[Contact]) -> list[Accepted]:
        """What became of each contact, once that is stored. Raises OutcomeUnknownError if the commit was cut."""
        at_commit = False
        try:
            async with self._work.begin() as tx:
                found = await self._accept(tx, contacts)
                at_commit = True
        except Exception as error:
            if at_commit and is_transient(error):
                raise OutcomeUnknownError from error
            raise
        answers = []
        for contact in contacts:
            answers.append(found[contact.identity])
            found[contact.identity] = answers[-1]._replace(created=False)
            counters = metrics.RECEIVED_BY if answers[-1].created else metrics.ALREADY_KNOWN_BY
            counters[contact.channel].inc()
        return answers

    async def _accept(self, tx: Transaction, contacts: Sequence[Contact]) -> dict[Identity, Accepted]:
        first_of_each: dict[Identity, Contact] = {}
        for contact in contacts:
            first_of_each.setdefault(contact.identity, contact)
        drafts = [Draft(contact) for contact in first_of_each.values()]
        claimed, keys = await claim(tx, drafts)
        known = await find_known(tx, [d.contact for d in drafts if d.contact_id not in claimed])
        new = [draft for draft in drafts if draft.contact_id in claimed]
        if new:
            for draft in new:
                draft.customer_id = keys.identify(draft.contact.customer_keys, draft.contact_id)
            tree = await self._categories.keep_fresh(tx)
            for draft in new:
                read_case_type(draft, tree.find(draft.contact.category))
            profiles, earlier = await look_back(tx, new, self._policy.repeat.within)
            for draft in new:
                self._decide(tx, draft, claimed[draft.contact_id], profiles[draft.customer_id], earlier)
            await _lock_consents(tx, profiles)
            await move_keys(tx, keys.moved)
            await save_complaints(tx, new, profiles, self._policy.version)
            self._publish(tx, new, profiles)
        return known | {
            draft.contact.identity: Accepted(draft.complaint_id, draft.receipt, draft.code, created=True)
            for draft in new
        }

    def _decide(
        self,
        tx: Transaction,
        draft: Draft,
        serial: int,
        profile: Profile,
        earlier: dict[tuple[UUID, str], Earlier],
    ) -> None:
        contact = draft.contact
        facts = draft.facts = profile.hear(contact)
        draft.grade = decide_grade(
            facts.grade, protected=bool(facts.protected), identified=bool(contact.customer_keys.all)
        )
        cause = (draft.customer_id, draft.case_type)
        draft.repeat = judge_repeat(earlier.get(cause), tx.now, self._policy.repeat)
        earlier[cause] = Earlier(draft.complaint_id, draft.repeat.repeat_index, None)
        understand(draft, 0, tx.now.astimezone(self._zone).date(), self._policy)
        draft.receipt = receipt_number(serial, tx.now, self._zone)
        draft.occurred_at = min(contact.occurred_at or tx.now, tx.now)
        draft.code = secrets.token_urlsafe(16)

    def _publish(self, tx: Transaction, drafts: Sequence[Draft], profiles: Mapping[UUID, Profile]) -> None:
        for draft in drafts:
            tx.open_new(str(draft.complaint_id))
            event = self._received(tx, draft)
            context = traceparent.set(draft.contact.traceparent)
            tx.publish(event, occurred_at=event.occurred_at)
            traceparent.reset(context)
        for customer_id, profile in profiles.items():
            for marketing, channel in profile.consent_changes:
                tx.publish(
                    ConsentChanged(
                        customer_id=customer_id, marketing=marketing, source=channel, changed_at=tx.now
                    )
                )

    def _received(self, tx: Transaction, draft: Draft) -> ComplaintReceived:
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
            received_at=tx.now,
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
        )

    def _reply(self, contact: Contact, facts: CustomerFacts) -> ReplyAddress | None:
        """Where this contact can be answered; what the customer told earlier helps."""
        mobile = contact.mobile
        if mobile is None and facts.phone:
            stored = read_customer_number(facts.phone, self._policy.phone.region)
            mobile = stored.e164 if stored.kind is NumberKind.MOBILE else None
        return choose_reply(mobile, facts.email)


async def _lock_consents(tx: Transaction, profiles: Mapping[UUID, Profile]) -> None:
    """Lock the customers whose consent changes, so that it can be told."""
    changed = {customer_id: profile for customer_id, profile in profiles.items() if profile.consent_changes}
    for customer_id, profile in changed.items():
        if profile.known is None:
            tx.open_new(str(customer_id))
    known = [str(customer_id) for customer_id, profile in changed.items() if profile.known is not None]
    if known:
        await tx.lock(known)
