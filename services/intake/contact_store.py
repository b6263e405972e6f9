"""Loads and saves what accepting needs, a whole batch at a time: `accept_statements` has the SQL."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json

from shared.bus.unit_of_work import Transaction
from shared.events.vocabulary import Grade, Language

from .accept_statements import CLAIM, FIND_KNOWN, LOOK_BACK, MOVE_KEYS, WRITE
from .customer_profile import Profile
from .decide_kind import is_conflict_of_interest
from .draft import Draft
from .identify_customer import KnownKeys
from .judge_repeat import Earlier
from .read_contact import Contact, CustomerFacts, Identity


class Accepted(NamedTuple):
    """What a contact became. `created`: by this contact, not by an earlier one with the same key."""

    complaint_id: UUID
    receipt_number: str
    tracking_code: str
    created: bool


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
    return {(row[0], row[1], row[2]): Accepted(row[3], row[4], row[5], created=False) for row in rows}


async def look_back(
    tx: Transaction, drafts: Sequence[Draft], within: float
) -> tuple[dict[UUID, Profile], dict[tuple[UUID, str], Earlier]]:
    """Every customer's profile, and the last complaint about the same of those who have one (REP-3)."""
    profiles = {draft.customer_id: Profile() for draft in drafts}
    newcomers = {draft.contact_id for draft in drafts}
    wanted = sorted(
        {(draft.customer_id, draft.case_type) for draft in drafts if draft.customer_id not in newcomers}
    )
    earlier: dict[tuple[UUID, str], Earlier] = {}
    if wanted:
        values: dict[str, Any] = {
            "customers": [customer_id for customer_id, _ in wanted],
            "case_types": [case_type for _, case_type in wanted],
            "within": within,
        }
        for case_type, customer_id, *rest in await tx.fetch(LOOK_BACK, values):
            profiles[customer_id].known = _facts(rest[:9])
            if rest[9] is not None:
                earlier[customer_id, case_type] = Earlier(*rest[9:])
    return profiles, earlier


async def move_keys(tx: Transaction, moved: Mapping[str, UUID]) -> None:
    """Give these keys to the customers they turned out to belong to."""
    if moved:
        keys = sorted(moved)
        await tx.fetch(MOVE_KEYS, {"keys": keys, "customers": [moved[key] for key in keys]})


async def save_complaints(
    tx: Transaction, drafts: Iterable[Draft], profiles: Mapping[UUID, Profile], policy_version: str
) -> None:
    """Store the complaints, and of their customers what is new."""
    customers = sorted((i, profile.told) for i, profile in profiles.items() if profile.must_be_stored)
    await tx.fetch(
        WRITE,
        {
            "customers": _rows({"customer_id": one, **told._asdict()} for one, told in customers),
            "complaints": _rows(_complaint(draft) for draft in drafts),
            "policy_version": policy_version,
        },
    )


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


def _complaint(draft: Draft) -> dict[str, Any]:
    contact, told = draft.contact, draft.contact.particulars
    return {
        "complaint_id": draft.complaint_id,
        "first_contact_id": draft.contact_id,
        "receipt_number": draft.receipt,
        "tracking_code": draft.code,
        "channel": contact.channel,
        "customer_id": draft.customer_id,
        "grade": draft.grade,
        "severity": draft.severity,
        "severity_rule": draft.severity_rule,
        "case_type": draft.case_type,
        "category": contact.category,
        "language": contact.language,
        "occurred_at": draft.occurred_at,
        "taken_by": contact.taken_by,
        "repeat_of": draft.repeat.repeat_of,
        "repeat_index": draft.repeat.repeat_index,
        "abusive": contact.judgement.abusive,
        "amount_in_dispute": contact.amount_in_dispute,
        "kind": draft.kind,
        "tags": draft.tags,
        "risk_score": draft.risk.score,
        "risk_reasons": draft.risk.reasons,
        "priority": draft.priority.score,
        "priority_class": draft.priority.priority_class,
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
    }


def _facts(stored: Sequence[Any]) -> CustomerFacts:
    facts = CustomerFacts(*stored)
    return facts._replace(
        grade=Grade(facts.grade) if facts.grade else None,
        language=Language(facts.language) if facts.language else None,
    )
