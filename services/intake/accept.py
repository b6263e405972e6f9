"""Decides what a batch of contacts becomes: each key one complaint, stored and told in one transaction.

Claim the contacts nobody has taken and lock their customers' keys; look back at what is known of these
customers; decide customer, grade and repeat; save; publish.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from shared.bus.quick_transaction import QuickTransaction, QuickUnitOfWork
from shared.bus.transience import is_transient
from shared.bus.unit_of_work import traceparent
from shared.events.intake import ComplaintReceived, ConsentChanged
from shared.runtime.sealing import Sealer

from . import metrics
from .accept_statements import CLAIM, FIND_KNOWN, LOOK_BACK, MOVE_KEYS, WRITE
from .customer_profile import Profile
from .decide_grade import decide_grade
from .draft import Draft
from .group_commit import OutcomeUnknownError
from .identify_customer import KnownKeys
from .judge_repeat import Earlier, judge_repeat
from .phone_numbers import NumberKind, read_customer_number
from .policy import IntakePolicy
from .read_contact import Contact, CustomerFacts
from .receipt_number import receipt_number
from .reply_address import ReplyAddress, choose_reply, masked

Identity = tuple[str, str, str]


class Accepted(NamedTuple):
    """What a contact became. `created`: by this contact, not by an earlier one with the same key."""

    complaint_id: UUID
    receipt_number: str
    tracking_code: str
    created: bool


class Acceptance:
    """Accepts batches of contacts by one policy."""

    def __init__(self, work: QuickUnitOfWork, policy: IntakePolicy, sealer: Sealer) -> None:
        self._work = work
        self._policy = policy
        self._sealer = sealer
        self._zone = ZoneInfo(policy.receipt.zone)

    async def accept(self, contacts: Sequence[Contact]) -> list[Accepted]:
        """What became of each contact, once that is stored. Raises OutcomeUnknownError if the commit was cut."""
        at_commit = False
        try:
            async with self._work.begin_quickly() as tx:
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
            counter = metrics.RECEIVED if answers[-1].created else metrics.ALREADY_KNOWN
            counter.labels(contact.channel).inc()
        return answers

    async def _accept(self, tx: QuickTransaction, contacts: Sequence[Contact]) -> dict[Identity, Accepted]:
        first_of_each: dict[Identity, Contact] = {}
        for contact in contacts:
            first_of_each.setdefault(contact.identity, contact)
        drafts = [Draft(contact) for contact in first_of_each.values()]
        claimed, keys = await _claim(tx, drafts)
        known = await _find_known(tx, [d.contact for d in drafts if d.contact_id not in claimed])
        new = [draft for draft in drafts if draft.contact_id in claimed]
        if new:
            for draft in new:
                draft.customer_id = keys.identify(draft.contact.customer_keys, draft.contact_id)
            profiles, earlier = await _look_back(tx, new, self._policy.repeat.within)
            for draft in new:
                self._decide(tx, draft, claimed[draft.contact_id], profiles[draft.customer_id], earlier)
            await _lock_consents(tx, profiles)
            await _move_keys(tx, keys.moved)
            await self._save(tx, new, profiles)
            self._publish(tx, new, profiles)
        return known | {
            draft.contact.identity: Accepted(draft.complaint_id, draft.receipt, draft.code, created=True)
            for draft in new
        }

    def _decide(
        self,
        tx: QuickTransaction,
        draft: Draft,
        serial: int,
        profile: Profile,
        earlier: dict[tuple[UUID, str], Earlier],
    ) -> None:
        contact = draft.contact
        facts = draft.facts = profile.hear(contact)
        draft.grade = decide_grade(facts.grade, bool(facts.protected), bool(contact.customer_keys.all))
        cause = (draft.customer_id, contact.judgement.case_type)
        draft.repeat = judge_repeat(earlier.get(cause), tx.now, self._policy.repeat)
        earlier[cause] = Earlier(draft.complaint_id, draft.repeat.repeat_index, None)
        draft.receipt = receipt_number(serial, tx.now, self._zone)
        draft.code = secrets.token_urlsafe(16)

    async def _save(
        self,
        tx: QuickTransaction,
        drafts: Sequence[Draft],
        profiles: Mapping[UUID, Profile],
    ) -> None:
        customers = sorted((i, profile.told) for i, profile in profiles.items() if profile.must_be_stored)
        await tx.fetch(
            WRITE,
            {
                "customers": _rows(
                    {"customer_id": customer_id, **told._asdict()} for customer_id, told in customers
                ),
                "complaints": _rows(self._complaint(tx, draft) for draft in drafts),
                "policy_version": self._policy.version,
            },
        )

    def _complaint(self, tx: QuickTransaction, draft: Draft) -> dict[str, Any]:
        contact, judgement = draft.contact, draft.contact.judgement
        return {
            "complaint_id": draft.complaint_id,
            "first_contact_id": draft.contact_id,
            "receipt_number": draft.receipt,
            "tracking_code": draft.code,
            "channel": contact.channel,
            "customer_id": draft.customer_id,
            "grade": draft.grade,
            "severity": judgement.severity,
            "severity_rule": judgement.severity_rule,
            "case_type": judgement.case_type,
            "category": contact.category,
            "language": contact.language,
            "occurred_at": min(contact.occurred_at or tx.now, tx.now),
            "taken_by": contact.taken_by,
            "repeat_of": draft.repeat.repeat_of,
            "repeat_index": draft.repeat.repeat_index,
            "abusive": judgement.abusive,
            "amount_in_dispute": contact.amount_in_dispute,
        }

    def _publish(
        self, tx: QuickTransaction, drafts: Sequence[Draft], profiles: Mapping[UUID, Profile]
    ) -> None:
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

    def _received(self, tx: QuickTransaction, draft: Draft) -> ComplaintReceived:
        contact, judgement = draft.contact, draft.contact.judgement
        reply = self._reply(contact, draft.facts)
        return ComplaintReceived(
            complaint_id=draft.complaint_id,
            receipt_number=draft.receipt,
            channel=contact.channel,
            customer_id=draft.customer_id,
            grade=draft.grade,
            severity=judgement.severity,
            severity_rule=judgement.severity_rule,
            case_type=judgement.case_type,
            category=contact.category,
            language=contact.language,
            occurred_at=min(contact.occurred_at or tx.now, tx.now),
            received_at=tx.now,
            taken_by=contact.taken_by,
            repeat_of=draft.repeat.repeat_of,
            repeat_index=draft.repeat.repeat_index,
            abusive=judgement.abusive,
            reply_channel=reply.channel if reply else None,
            reply_to=self._sealer.seal(reply.address, str(draft.complaint_id)) if reply else None,
            address_hint=masked(reply.address) if reply else None,
            marketing_consent=bool(draft.facts.marketing_consent),
            policy_version=self._policy.version,
        )

    def _reply(self, contact: Contact, facts: CustomerFacts) -> ReplyAddress | None:
        """Where this contact can be answered; what the customer told earlier helps."""
        mobile = contact.mobile
        if mobile is None and facts.phone:
            stored = read_customer_number(facts.phone, self._policy.phone.region)
            mobile = stored.e164 if stored.kind is NumberKind.MOBILE else None
        return choose_reply(mobile, facts.email)


async def _claim(tx: QuickTransaction, drafts: Iterable[Draft]) -> tuple[dict[UUID, int], KnownKeys]:
    """The serial number of each contact that nobody had taken, and who holds the keys of their customers."""
    in_order = sorted(drafts, key=lambda draft: draft.contact.identity)
    keys = [
        {"contact_id": draft.contact_id, "key": key}
        for draft in in_order
        for key in draft.contact.customer_keys.all
    ]
    rows = await tx.fetch(CLAIM, {"contacts": _rows(map(_contact, in_order)), "keys": _rows(keys)})
    newcomers = {draft.contact_id for draft in in_order}
    claimed: dict[UUID, int] = {}
    known = KnownKeys({}, set())
    for now, found_id, serial, key, has_external_id in rows:
        tx.clock_is(now)
        if key is None:
            claimed[found_id] = serial
            continue
        known.holders[key] = found_id
        if has_external_id and found_id not in newcomers:
            known.with_external.add(found_id)
    return claimed, known


async def _find_known(tx: QuickTransaction, contacts: Sequence[Contact]) -> dict[Identity, Accepted]:
    """What became of contacts that were taken before (REP-2)."""
    if not contacts:
        return {}
    keys = [{"channel": c.channel, "provider": c.provider, "contact_key": c.key} for c in contacts]
    rows = await tx.fetch(FIND_KNOWN, {"contacts": _rows(keys)})
    return {(row[0], row[1], row[2]): Accepted(row[3], row[4], row[5], created=False) for row in rows}


async def _look_back(
    tx: QuickTransaction, drafts: Sequence[Draft], within: float
) -> tuple[dict[UUID, Profile], dict[tuple[UUID, str], Earlier]]:
    """Every customer's profile, and the last complaint about the same of those who have one (REP-3)."""
    profiles = {draft.customer_id: Profile() for draft in drafts}
    newcomers = {draft.contact_id for draft in drafts}
    wanted = sorted(
        {
            (draft.customer_id, draft.contact.judgement.case_type)
            for draft in drafts
            if draft.customer_id not in newcomers
        }
    )
    earlier: dict[tuple[UUID, str], Earlier] = {}
    if wanted:
        values: dict[str, Any] = {
            "customers": [customer_id for customer_id, _ in wanted],
            "case_types": [case_type for _, case_type in wanted],
            "within": within,
        }
        for case_type, customer_id, *rest in await tx.fetch(LOOK_BACK, values):
            profiles[customer_id].known = CustomerFacts(*rest[:9])
            if rest[9] is not None:
                earlier[customer_id, case_type] = Earlier(*rest[9:])
    return profiles, earlier


async def _move_keys(tx: QuickTransaction, moved: Mapping[str, UUID]) -> None:
    if moved:
        keys = sorted(moved)
        await tx.fetch(MOVE_KEYS, {"keys": keys, "customers": [moved[key] for key in keys]})


async def _lock_consents(tx: QuickTransaction, profiles: Mapping[UUID, Profile]) -> None:
    """Lock the customers whose consent changes, so that it can be told."""
    changed = {customer_id: profile for customer_id, profile in profiles.items() if profile.consent_changes}
    for customer_id, profile in changed.items():
        if profile.known is None:
            tx.open_new(str(customer_id))
    known = [str(customer_id) for customer_id, profile in changed.items() if profile.known is not None]
    if known:
        await tx.lock(known)


def _contact(draft: Draft) -> dict[str, Any]:
    contact = draft.contact
    row = {
        "contact_id": draft.contact_id,
        "complaint_id": draft.complaint_id,
        "channel": contact.channel,
        "provider": contact.provider,
        "contact_key": contact.key,
        "occurred_at": contact.occurred_at,
        "text": contact.text,
        "sent_to": contact.sent_to,
        "started_at": contact.started_at,
    }
    if contact.origin is not None:
        row["origin"] = contact.origin.raw
        row["origin_e164"] = contact.origin.number.e164
        row["origin_kind"] = contact.origin.number.kind
    return row


def _rows(rows: Iterable[dict[str, Any]]) -> str:
    """Rows as the JSON text that the statements take."""
    return to_json(list(rows), exclude_none=True).decode()
