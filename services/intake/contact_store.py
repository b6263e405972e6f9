"""Loads and saves what accepting needs, a whole batch at a time: `accept_statements` has the SQL."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json

from shared.bus.unit_of_work import Transaction
from shared.events.intake import ContactAttached
from shared.events.vocabulary import Channel, Grade, Language, Severity

from .accept_statements import ATTACH, CLAIM, FIND_KNOWN, LOOK_BACK, MOVE_KEYS, WRITE
from .case_type import CaseType
from .customer_profile import Profile
from .decide_kind import is_conflict_of_interest
from .draft import Draft
from .identify_customer import KnownKeys
from .judge_past import Past
from .known_past import Known, Recent, all_new
from .policy import IntakePolicy
from .read_contact import Contact, CustomerFacts, Identity
from .text_similarity import LONGEST

COUNTED = 50
"""Of so many of a customer's newest complaints it is counted how many are recent, groundless or open."""

CREATED, ATTACHED, ALREADY_KNOWN = "created", "attached", "already_known"


class Accepted(NamedTuple):
    """What a contact became: a complaint (created), a contact of one that is known (attached), or already_known."""

    complaint_id: UUID
    receipt_number: str
    tracking_code: str
    outcome: str

    @property
    def created(self) -> bool:
        """True if the contact became a complaint of its own."""
        return self.outcome == CREATED


async def claim(tx: Transaction, drafts: Iterable[Draft]) -> tuple[dict[UUID, int], KnownKeys]:
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


async def find_known(tx: Transaction, contacts: Sequence[Contact]) -> dict[Identity, Accepted]:
    """What became of contacts that were taken before (REP-2)."""
    if not contacts:
        return {}
    keys = [{"channel": c.channel, "provider": c.provider, "contact_key": c.key} for c in contacts]
    rows = await tx.fetch(FIND_KNOWN, {"contacts": _rows(keys)})
    return {(row[0], row[1], row[2]): Accepted(row[3], row[4], row[5], ALREADY_KNOWN) for row in rows}


async def look_back(tx: Transaction, drafts: Sequence[Draft], policy: IntakePolicy) -> dict[UUID, Known]:
    """What is known of every customer, and what they complained of lately (REP-0)."""
    known = all_new(draft.customer_id for draft in drafts)
    newcomers = {draft.contact_id for draft in drafts}
    wanted = sorted(known.keys() - newcomers)
    if wanted:
        values: dict[str, Any] = {
            "customers": wanted,
            "period": policy.past.period,
            "counted": COUNTED,
            "within": max(policy.repeat.within, policy.repeat.reopen_within),
            "compared": policy.repeat.compared,
            "text_length": LONGEST,
        }
        for customer_id, *rest in await tx.fetch(LOOK_BACK, values):
            customer = known[customer_id]
            customer.profile.known = _facts(rest[:11])
            customer.past = Past(*rest[11:16])
            if rest[16] is not None:
                customer.recent.append(_recent(rest[16:]))
    return known


def _recent(row: Sequence[Any]) -> Recent:
    recent = Recent(*row)
    return recent._replace(case_type=CaseType(recent.case_type), severity=Severity(recent.severity))


async def attach(tx: Transaction, drafts: Sequence[Draft], sequences: Sequence[int]) -> None:
    """Give contacts to their complaints; each with the number of the event that tells of it."""
    if drafts:
        given = [
            {
                "contact_id": draft.contact_id,
                "complaint_id": draft.repeat.attach_to,
                "sequence": sequence,
                "rule": draft.repeat.rule,
                "channel": draft.contact.channel,
            }
            for draft, sequence in zip(drafts, sequences, strict=True)
        ]
        await tx.fetch(ATTACH, {"attached": _rows(given)})


async def attach_one(tx: Transaction, event: ContactAttached, sequence: int) -> None:
    """Give one contact, already stored, to its complaint; with the event that tells of it and its number."""
    given = event.model_dump(mode="json", include={"contact_id", "complaint_id", "rule", "channel"})
    await tx.fetch(ATTACH, {"attached": _rows([given | {"sequence": sequence}])})


async def move_keys(tx: Transaction, moved: Mapping[str, UUID]) -> None:
    """Give these keys to the customers they turned out to belong to."""
    if moved:
        keys = sorted(moved)
        await tx.fetch(MOVE_KEYS, {"keys": keys, "customers": [moved[key] for key in keys]})


async def save_complaints(
    tx: Transaction,
    drafts: Iterable[Draft],
    profiles: Mapping[UUID, Profile],
    policy_version: str,
) -> None:
    """Store the complaints, and of their customers what is new."""
    customers = sorted((i, profile.told) for i, profile in profiles.items() if profile.must_be_stored)
    rows = {
        "customers": _rows({"customer_id": one, **told._asdict()} for one, told in customers),
        "complaints": _rows(_complaint(draft) for draft in drafts),
        "policy_version": policy_version,
    }
    await tx.write_late(WRITE, rows)


def _contact(draft: Draft) -> dict[str, Any]:
    contact = draft.contact
    row = {
        "contact_id": draft.contact_id,
        "complaint_id": draft.complaint_id,
        "channel": str(contact.channel),
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
    """Rows as the JSON text that the statements take. Enums that every row has come as text, which is faster."""
    return to_json(list(rows), exclude_none=True).decode()


def _complaint(draft: Draft) -> dict[str, Any]:
    contact, told = draft.contact, draft.contact.particulars
    return {
        "complaint_id": draft.complaint_id,
        "first_contact_id": draft.contact_id,
        "receipt_number": draft.receipt,
        "tracking_code": draft.code,
        "channel": str(contact.channel),
        "customer_id": draft.customer_id,
        "grade": str(draft.grade),
        "severity": str(draft.severity),
        "severity_rule": draft.severity_rule,
        "case_type": str(draft.case_type),
        "category": contact.category,
        "language": str(contact.language),
        "occurred_at": draft.occurred_at,
        "taken_by": contact.taken_by,
        "repeat_of": draft.repeat.repeat_of,
        "repeat_index": draft.repeat.repeat_index,
        "abusive": contact.judgement.abusive,
        "amount_in_dispute": contact.amount_in_dispute,
        "kind": str(draft.kind),
        "tags": draft.tags,
        "risk_score": draft.risk.score,
        "risk_reasons": draft.risk.reasons,
        "priority": draft.priority.score,
        "priority_class": str(draft.priority.priority_class),
        "serving_department": draft.category.department,
        "is_fault": draft.category.is_fault,
        "conflict_of_interest": is_conflict_of_interest(draft.case_type, told.accused_staff),
        "accused_staff": told.accused_staff,
        "passed_on_by": told.passed_on_by,
        "area": told.area,
        "demand": told.demand,
        "desired_remedy": told.desired_remedy,
        "motives": told.motives,
        "on_behalf_of": told.other_person,
        "repeat_rule": draft.repeat.rule,
        "tells_of_trouble": contact.judgement.tells_of_trouble,
        "came_by": told.arrived_by,
    }


def _facts(stored: Sequence[Any]) -> CustomerFacts:
    facts = CustomerFacts(*stored)
    return facts._replace(
        grade=Grade(facts.grade) if facts.grade else None,
        language=Language(facts.language) if facts.language else None,
        preferred_channel=Channel(facts.preferred_channel) if facts.preferred_channel else None,
    )
