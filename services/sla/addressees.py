"""Loads and saves who can be told of a level: owners and leads as routing tells them, and those higher up as entered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.routing import OwnerChanged, OwnerNamed
from shared.events.vocabulary import Role

ENTERED = (Role.DEPARTMENT_HEAD, Role.SERVICE_QUALITY)
"""The roles that people enter here; the others come from routing with every complaint."""

_NOTE = Statement(
    """
    UPDATE complaint SET owner_id = v.owner_id, lead_id = v.lead_id, owner_department = v.department
    FROM unnest(CAST(:ids AS uuid[]), CAST(:owners AS text[]), CAST(:leads AS text[]),
                CAST(:departments AS text[])) AS v (id, owner_id, lead_id, department)
    WHERE complaint_id = v.id
    """
)
_HELD = Statement(
    """
    SELECT complaint_id, owner_id IS NOT NULL, lead_id IS NOT NULL, ARRAY(
        SELECT DISTINCT role FROM addressee WHERE department IN ('', owner_department)) AS entered,
        EXISTS (SELECT FROM addressee) AS any_entered
    FROM complaint WHERE complaint_id = ANY (CAST(:ids AS uuid[]))
    """
)


async def note_owners(
    tx: Transaction, named: Sequence[Envelope[OwnerNamed] | Envelope[OwnerChanged]]
) -> None:
    """Keep who answers for a complaint and who leads them."""
    events = [envelope.event for envelope in named]
    values = {
        "ids": [event.complaint_id for event in events],
        "owners": [event.owner_id for event in events],
        "leads": [event.lead_id for event in events],
        "departments": [event.department for event in events],
    }
    await tx.fetch(_NOTE, values)


async def load_held(tx: Transaction, complaints: Iterable[UUID]) -> Mapping[UUID, frozenset[Role]]:
    """The roles that somebody holds for each complaint; without any entry those higher up are taken as held."""
    ids = list(complaints)
    return {row[0]: _held(*row[1:]) for row in await tx.fetch(_HELD, {"ids": ids})} if ids else {}


def _held(has_owner: bool, has_lead: bool, entered: Sequence[str], any_entered: bool) -> frozenset[Role]:
    higher: list[Any] = [Role(role) for role in entered] if any_entered else list(ENTERED)
    return frozenset([*higher, *([Role.OWNER] if has_owner else []), *([Role.TEAM_LEAD] if has_lead else [])])
