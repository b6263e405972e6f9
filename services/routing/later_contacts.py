"""Passes later contacts on to the owner, or to who stands in for them (FC-20)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import ContactAttached
from shared.events.routing import ContactPassedOn
from shared.events.vocabulary import Language

from .assign_member import Need
from .desk import Desk
from .who_hears_contact import Hearer, who_hears
from .workload import read_loads

_OWNERS = Statement(
    """
    SELECT complaint_id, owner_id, language, category, accused_staff FROM complaint
    WHERE complaint_id = ANY (CAST(:ids AS uuid[]))
    """
)
_KEEP = Statement(
    """
    INSERT INTO later_contact (contact_id, complaint_id, channel, taken_by, received_at, passed_to, stands_in, passed_at,
        policy_version)
    SELECT row.*, now(), CAST(:policy_version AS text)
    FROM unnest(CAST(:contacts AS uuid[]), CAST(:complaints AS uuid[]), CAST(:channels AS text[]),
        CAST(:takers AS text[]), CAST(:received AS timestamptz[]), CAST(:passed_to AS text[]),
        CAST(:stands_in AS boolean[])) AS row
    ON CONFLICT (contact_id) DO NOTHING
    """
)
_STANDS_IN = Statement(
    """
    SELECT 1 FROM later_contact WHERE complaint_id = :complaint_id AND passed_to = :by AND stands_in LIMIT 1
    """
)


async def pass_on(desk: Desk, tx: Transaction, attached: Sequence[Envelope[ContactAttached]]) -> None:
    """Tell who is to answer each contact; who took it themselves need not be told."""
    rows = await tx.fetch(_OWNERS, {"ids": [e.event.complaint_id for e in attached]})
    known = {row["complaint_id"]: row for row in rows}
    await desk.staff.keep_fresh(tx)
    owners = {row["owner_id"]: desk.directory.member(row["owner_id"]) for row in rows}
    teams = {owner.department for owner in owners.values() if owner}
    people = [m.id for team in teams for m in desk.directory.members_of(team).members]
    loads = await read_loads(tx, {*people, *owners}, desk.today(tx.now))
    passed: list[tuple[Envelope[ContactAttached], Hearer]] = []
    for envelope in attached:
        row = known.get(envelope.event.complaint_id)
        owner = owners[row["owner_id"]] if row else None
        if row is None or owner is None or envelope.event.taken_by == owner.id:
            continue
        need = Need(Language(row["language"]), row["category"], tx.now, row["accused_staff"])
        team = desk.directory.members_of(owner.department)
        policies = (desk.policy.contact, desk.policy.assignment)
        passed.append((envelope, who_hears(owner, team, loads, need, policies)))
    await _keep(desk, tx, passed)
    for envelope, hearer in passed:
        _tell(desk, tx, envelope, hearer, known[envelope.event.complaint_id])


async def stands_in(tx: Transaction, complaint_id: UUID, by: str) -> bool:
    """Whether a contact on this complaint was passed on to this person because the owner was away."""
    return bool(await tx.fetch(_STANDS_IN, {"complaint_id": complaint_id, "by": by}))


async def _keep(
    desk: Desk, tx: Transaction, passed: Sequence[tuple[Envelope[ContactAttached], Hearer]]
) -> None:
    if not passed:
        return
    events = [envelope.event for envelope, _ in passed]
    values: dict[str, Any] = {
        "contacts": [event.contact_id for event in events],
        "complaints": [event.complaint_id for event in events],
        "channels": [event.channel for event in events],
        "takers": [event.taken_by for event in events],
        "received": [event.received_at for event in events],
        "passed_to": [hearer.member.id for _, hearer in passed],
        "stands_in": [hearer.stands_in for _, hearer in passed],
        "policy_version": desk.policy.version,
    }
    await tx.fetch(_KEEP, values)


def _tell(desk: Desk, tx: Transaction, envelope: Envelope[ContactAttached], hearer: Hearer, row: Row) -> None:
    event, member = envelope.event, hearer.member
    tx.publish(
        ContactPassedOn(
            complaint_id=event.complaint_id,
            contact_id=event.contact_id,
            channel=event.channel,
            taken_by=event.taken_by,
            to_id=member.id,
            to_name=member.name,
            owner_id=row["owner_id"],
            stands_in=hearer.stands_in,
            passed_at=tx.now,
            to_channel=member.channel,
            to_reply_to=desk.sealed_address(member, event.complaint_id),
        ),
        because_of=envelope,
    )
