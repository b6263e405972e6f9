"""Finds, opens and ends incidents, and joins complaints to them; every step is told.

One process looks at a time; a complaint that somebody works on just then joins at the next look.
"""

from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.database import Row
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.intake import ComplaintJoinedIncident, IncidentEnded, IncidentOpened, IncidentProposed
from shared.events.vocabulary import Severity
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.paging import read_page

from .incident_statements import ALONE, CROWDS, JOIN, PAGE, READ, SET, STORE, WAITING
from .judge_incident import NEXT, Crowd, IncidentState, incident_severity, judge_incident
from .policy import IncidentPolicy

BY_COUNT = "REP-8"
_AT_MOST = 500


class _Incident(NamedTuple):
    incident: UUID
    about: str
    area: str
    state: IncidentState
    severity: Severity
    by: str


async def look_for_incidents(work: UnitOfWork, policy: IncidentPolicy) -> dict[str, int]:
    """Propose and open what the numbers ask for, and join complaints to what is open."""
    async with work.begin() as tx:
        [(alone, now)] = await tx.fetch(ALONE, {})
        tx.clock_is(now)
        if not alone:
            return {"found": 0, "joined": 0}
        found = 0
        for crowd in await tx.fetch(CROWDS, {"window": policy.window}):
            found += await _judge(tx, crowd, policy)
        joined = await _join(tx, policy)
    return {"found": found, "joined": joined}


async def _judge(tx: Transaction, row: Row, policy: IncidentPolicy) -> bool:
    about, area, *counts, proposed = row
    crowd = Crowd(*counts)
    state = judge_incident(crowd, policy)
    if state is None or (proposed and state is IncidentState.PROPOSED):
        return False
    severity = incident_severity(crowd, policy)
    if proposed:
        await tx.lock([str(proposed)])
        return await _set(tx, _Incident(proposed, about, area, state, severity, BY_COUNT))
    new = _Incident(uuid7(), about, area, state, severity, BY_COUNT)
    return await _store(tx, new, crowd.complaints) is not None


async def open_by_hand(work: UnitOfWork, about: str, area: str, by: str, severity: Severity) -> UUID:
    """Open an incident that a person knows of. Raises ConflictError if there is one already."""
    async with work.begin() as tx:
        await tx.read_clock()
        incident_id = await _store(tx, _Incident(uuid7(), about, area, IncidentState.OPEN, severity, by), 0)
        if incident_id is None:
            raise ConflictError("there is such an incident already", "已有同类事件")
    return incident_id


async def set_state(work: UnitOfWork, incident_id: UUID, state: IncidentState, by: str) -> None:
    """Open or dismiss a proposed incident, resolve an open one. Raises NotFoundError, ConflictError."""
    async with work.begin(str(incident_id)) as tx:
        found = await tx.fetch(READ, {"incident": incident_id})
        if not found:
            raise NotFoundError("this incident is not known", "没有这个事件")
        about, area, before, severity = found[0]
        if before not in NEXT[state]:
            raise ConflictError(f"this incident is {before}", f"该事件状态为 {before}")
        await _set(tx, _Incident(incident_id, about, area, state, Severity(severity), by))


async def list_incidents(work: UnitOfWork, after: UUID | None, limit: int) -> dict[str, Any]:
    """A page of incidents with the number of their complaints."""
    return await read_page(work, PAGE, "incident_id", after, limit)


async def _store(tx: Transaction, new: _Incident, complaints: int) -> UUID | None:
    if not await tx.fetch(STORE, new._asdict() | {"complaints": complaints}):
        return None
    tx.open_new(str(new.incident))
    kind = IncidentOpened if new.state is IncidentState.OPEN else IncidentProposed
    tx.publish(
        kind(
            incident_id=new.incident,
            about=new.about,
            area=new.area,
            severity=new.severity,
            by=new.by,
            found_at=tx.now,
        )
    )
    return new.incident


async def _set(tx: Transaction, now: _Incident) -> bool:
    is_open = now.state is IncidentState.OPEN
    await tx.fetch(SET, now._asdict() | {"is_open": is_open})
    told: dict[str, Any] = {"incident_id": now.incident, "about": now.about, "area": now.area, "by": now.by}
    if is_open:
        tx.publish(IncidentOpened(**told, severity=now.severity, found_at=tx.now))
    else:
        tx.publish(IncidentEnded(**told, resolved=now.state is IncidentState.RESOLVED, ended_at=tx.now))
    return True


async def _join(tx: Transaction, policy: IncidentPolicy) -> int:
    waiting = await tx.fetch(WAITING, {"window": policy.window, "at_most": _AT_MOST})
    if not waiting:
        return 0
    free = await tx.lock_if_free(str(complaint) for complaint, _, _ in waiting)
    joining = [row for row in waiting if str(row[0]) in free]
    await tx.fetch(
        JOIN, {"complaints": [row[0] for row in joining], "incidents": [row[1] for row in joining]}
    )
    for complaint, incident, severity in joining:
        tx.publish(
            ComplaintJoinedIncident(
                complaint_id=complaint, incident_id=incident, severity=Severity(severity), joined_at=tx.now
            )
        )
    return len(joining)
