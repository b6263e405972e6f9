"""Loads and saves what is due about incidents, many at a time: one statement each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.vocabulary import OutageDuty

_SAVE = Statement(
    """
    INSERT INTO incident_duty (duty_id, incident_id, kind, number, about, area, due_at, policy_version)
    SELECT v.*, CAST(:policy_version AS text) FROM unnest(CAST(:duty_id AS uuid[]), CAST(:incident_id AS uuid[]),
        CAST(:kind AS text[]), CAST(:number AS int[]), CAST(:about AS text[]), CAST(:area AS text[]),
        CAST(:due_at AS timestamptz[])) AS v
    """
)
_KNOWN = Statement(
    "SELECT DISTINCT incident_id FROM incident_duty WHERE incident_id = ANY (CAST(:ids AS uuid[]))"
)
_LIVE = Statement(
    """
    SELECT duty_id, incident_id, kind, number, about, area, due_at, broken_at FROM incident_duty
    WHERE incident_id = ANY (CAST(:ids AS uuid[])) AND ended_at IS NULL ORDER BY due_at, duty_id
    """
)
_BROKEN = Statement(
    "UPDATE incident_duty SET broken_at = now() WHERE duty_id = ANY (CAST(:ids AS uuid[])) AND broken_at IS NULL"
)
_END = Statement(
    """
    UPDATE incident_duty SET ended_at = now(), done_at = v.done_at, done_by = v.done_by, reference = v.reference
    FROM unnest(CAST(:ids AS uuid[]), CAST(:done AS timestamptz[]), CAST(:by AS text[]), CAST(:references AS text[]))
        AS v (duty_id, done_at, done_by, reference)
    WHERE incident_duty.duty_id = v.duty_id
    """
)


class IncidentDuty(NamedTuple):
    """A duty about an incident as it is stored."""

    duty_id: UUID
    incident_id: UUID
    kind: OutageDuty
    number: int
    about: str
    area: str
    due_at: datetime


class Live(NamedTuple):
    """A duty that nobody has done yet, and when its breach was told."""

    duty: IncidentDuty
    broken_at: datetime | None


class Ended(NamedTuple):
    """The end of a duty: done by somebody, or no longer needed."""

    duty_id: UUID
    done_at: datetime | None = None
    by: str | None = None
    reference: str | None = None


async def save_duties(tx: Transaction, policy_version: str, duties: Sequence[IncidentDuty]) -> None:
    """Store duties that were just made."""
    if duties:
        columns = dict(zip(IncidentDuty._fields, zip(*duties, strict=True), strict=True))
        await tx.fetch(_SAVE, {"policy_version": policy_version, **columns})


async def incidents_with_duties(tx: Transaction, ids: Iterable[UUID]) -> set[UUID]:
    """Those of these incidents that were mass outages already."""
    return {row[0] for row in await tx.fetch(_KNOWN, {"ids": list(ids)})}


async def load_live_duties(tx: Transaction, incidents: Iterable[UUID]) -> list[Live]:
    """What nobody has done yet about these incidents, by due time."""
    rows = await tx.fetch(_LIVE, {"ids": list(incidents)})
    return [Live(IncidentDuty(row[0], row[1], OutageDuty(row[2]), *row[3:7]), row[7]) for row in rows]


async def save_broken(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Note that these were not done in time."""
    if ids:
        await tx.fetch(_BROKEN, {"ids": list(ids)})


async def save_ended(tx: Transaction, ended: Sequence[Ended]) -> None:
    """Store the ends of duties."""
    if ended:
        ids, done, by, references = zip(*ended, strict=True)
        await tx.fetch(_END, {"ids": ids, "done": done, "by": by, "references": references})
