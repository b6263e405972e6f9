"""Decides what a batch of contacts becomes: each key one complaint, or a contact of one, told in one transaction.

Claim the contacts nobody has taken and lock their customers' keys; look back at what is known of these
customers; decide customer, grade, matter and repeat; save; publish.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.bus.unit_of_work import Transaction, UnitOfWork, traced
from shared.events.intake import ConsentChanged
from shared.events.vocabulary import Tag
from shared.runtime.sealing import Sealer

from . import metrics
from .categories import Categories
from .category_tree import CategoryTree
from .contact_store import (
    ALREADY_KNOWN,
    ATTACHED,
    CREATED,
    Accepted,
    attach,
    claim,
    find_known,
    look_back,
    move_keys,
    save_complaints,
)
from .customer_profile import Profile
from .decide_grade import decide_grade
from .draft import Draft
from .duties import duties_of, take_on
from .judge_past import judge_past
from .judge_repeat import judge_repeat
from .known_past import Known, profiles_of
from .policy import IntakePolicy
from .raise_grades import find_to_raise, raise_grades
from .read_contact import Contact, Identity
from .receipt_number import receipt_number
from .tell_contact import Teller
from .understand import read_matter, weigh

_COUNTERS = {
    CREATED: metrics.RECEIVED_BY,
    ATTACHED: metrics.ATTACHED_BY,
    ALREADY_KNOWN: metrics.ALREADY_KNOWN_BY,
}


class Acceptance:
    """Accepts batches of contacts by one policy."""

    def __init__(
        self, work: UnitOfWork, policy: IntakePolicy, sealer: Sealer, categories: Categories | None = None
    ) -> None:
        self._work = work
        self._categories = categories or Categories()
        self._policy = policy
        self._teller = Teller(policy, sealer)
        self._zone = ZoneInfo(policy.receipt.zone)

    async def accept(self, contacts: Sequence[Contact]) -> list[Accepted]:
        """What became of each contact, once that is stored. Raises OutcomeUnknownError if the commit was cut."""
        async with self._work.begin() as tx:
            found = await self._accept(tx, contacts)
        answers = []
        for contact in contacts:
            answers.append(found[contact.identity])
            found[contact.identity] = answers[-1]._replace(outcome=ALREADY_KNOWN)
            _COUNTERS[answers[-1].outcome][contact.channel].inc()
        return answers

    async def _accept(self, tx: Transaction, contacts: Sequence[Contact]) -> dict[Identity, Accepted]:
        first_of_each: dict[Identity, Contact] = {}
        for contact in contacts:
            first_of_each.setdefault(contact.identity, contact)
        drafts = [Draft(contact) for contact in first_of_each.values()]
        claimed, keys = await claim(tx, drafts)
        taken = await find_known(tx, [d.contact for d in drafts if d.contact_id not in claimed])
        new = [draft for draft in drafts if draft.contact_id in claimed]
        if new:
            for draft in new:
                draft.customer_id = keys.identify(draft.contact.customer_keys, draft.contact_id)
            tree = await self._categories.keep_fresh(tx)
            known = await look_back(tx, new, self._policy)
            for draft in new:
                self._decide(tx, draft, claimed[draft.contact_id], known[draft.customer_id], tree)
            await self._store(tx, new, profiles_of(known), keys.moved)
        return taken | {draft.contact.identity: _accepted(draft) for draft in new}

    def _decide(self, tx: Transaction, draft: Draft, serial: int, known: Known, tree: CategoryTree) -> None:
        contact, policy = draft.contact, self._policy
        facts = draft.facts = known.profile.hear(contact)
        draft.grade = decide_grade(
            facts.grade, protected=bool(facts.protected), identified=bool(contact.customer_keys.all)
        )
        matter = read_matter(draft, tree.find(contact.category), policy)
        draft.repeat = judge_repeat(known.before(contact.text), matter, tx.now, policy.repeat)
        draft.occurred_at = min(contact.occurred_at or tx.now, tx.now)
        past_tags: tuple[Tag, ...] = ()
        if draft.repeat.attach_to is None:
            known.count(draft)
            past_tags = judge_past(known.past, draft.repeat.repeat_index, policy.past)
            draft.same_owner_as = known.past.owner_to_keep(policy.past)
        weigh(draft, past_tags, tx.now.astimezone(self._zone).date(), policy)
        if draft.repeat.attach_to is None:
            draft.receipt = receipt_number(serial, tx.now, self._zone)
            draft.code = secrets.token_urlsafe(16)
            known.remember(draft)
        else:
            belongs_to = known.find(draft.repeat.attach_to)
            draft.receipt, draft.code = belongs_to.receipt, belongs_to.code

    async def _store(
        self,
        tx: Transaction,
        drafts: Sequence[Draft],
        profiles: Mapping[UUID, Profile],
        moved: Mapping[str, UUID],
    ) -> None:
        complaints = [draft for draft in drafts if draft.repeat.attach_to is None]
        attached = [draft for draft in drafts if draft.repeat.attach_to is not None]
        for draft in complaints:
            tx.open_new(str(draft.complaint_id))
        grades = {customer: grade for customer, told in profiles.items() if (grade := told.higher_grade())}
        to_raise = await find_to_raise(tx, grades, self._policy)
        await _lock(tx, attached, profiles, to_raise)
        await move_keys(tx, moved)
        await save_complaints(tx, complaints, profiles, self._policy.version)
        for draft in complaints:
            self._publish(tx, draft)
        await take_on(tx, duties_of(complaints, self._policy), self._policy)
        await attach(tx, attached, [self._publish(tx, draft) for draft in attached])
        await raise_grades(tx, to_raise, "CONTACT", self._policy.version)
        for customer_id, profile in profiles.items():
            for marketing, channel in profile.consent_changes:
                tx.publish(
                    ConsentChanged(
                        customer_id=customer_id, marketing=marketing, source=channel, changed_at=tx.now
                    )
                )

    def _publish(self, tx: Transaction, draft: Draft) -> int:
        event = self._teller.event_of(draft, tx.now)
        with traced(draft.contact.traceparent):
            return tx.publish(event, occurred_at=event.occurred_at).sequence


def _accepted(draft: Draft) -> Accepted:
    if draft.repeat.attach_to is None:
        return Accepted(draft.complaint_id, draft.receipt, draft.code, CREATED)
    return Accepted(draft.repeat.attach_to, draft.receipt, draft.code, ATTACHED)


async def _lock(
    tx: Transaction, attached: Sequence[Draft], profiles: Mapping[UUID, Profile], to_raise: Iterable[UUID]
) -> None:
    """Lock the complaints that get a contact or a grade and the customers whose consent changes, so that it can be told."""
    wanted = {str(draft.repeat.attach_to) for draft in attached} | {str(complaint) for complaint in to_raise}
    wanted -= tx.streams.keys()
    for customer_id, profile in profiles.items():
        if profile.consent_changes and profile.known is None:
            tx.open_new(str(customer_id))
        elif profile.consent_changes:
            wanted.add(str(customer_id))
    if wanted:
        await tx.lock(wanted)
