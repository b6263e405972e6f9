"""Finds, opens and ends incidents, and joins complaints to them; every step is told.

One process looks at a time; a complaint that somebody works on just then joins at the next look.
"""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from shared.bus.database import Row
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.intake import ComplaintJoinedIncident, IncidentEnded, IncidentOpened, IncidentProposed
from shared.events.vocabulary import Grade, PriorityClass, Severity
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.paging import read_page

from .incident_statements import (
    ALL_JOINED,
    ALONE,
    CAUSES,
    CROWDS,
    FORGET,
    HEAR,
    JOIN,
    PAGE,
    READ,
    SET,
    STORE,
    WAITING,
)
from .judge_incident import (
    EVERYWHERE,
    NEXT,
    Crowd,
    IncidentState,
    incident_severity,
    judge_cause,
    judge_incident,
)
from .policy import IntakePolicy
from .score_priority import score_priority

BY_COUNT = "REP-8"
_AT_MOST = 500
_HEARD_AT_ONCE = 400_000
_FORGOTTEN_AT_ONCE = 20_000
_FROM = {"propose_from", "open_from", "customers_from", "key_accounts_from"}


class _Incident(NamedTuple):
    incident: UUID
    about: str
    area: str
    state: IncidentState
    severity: Severity
    by: str


class _Joining(NamedTuple):
    """A complaint that joins, named as the columns of the statement."""

    complaints: UUID
    incidents: UUID
    severities: Severity
    rules: str
    priorities: float
    classes: PriorityClass


async def look_for_incidents(work: UnitOfWork, policy: IntakePolicy) -> dict[str, int]:
    """Propose and open what the numbers ask for, and join complaints to what is open."""
    async with work.begin() as tx:
        [(alone, now, _)] = await tx.fetch(ALONE, {})
        tx.clock_is(now)
        if not alone:
            return {"found": 0, "joined": 0}
        found = 0
        window = {"window": policy.incident.window}
        await tx.fetch(HEAR, window | {"heard_at_once": _HEARD_AT_ONCE})
        await tx.fetch(FORGET, window | {"at_most": _FORGOTTEN_AT_ONCE})
        crowds = await tx.fetch(CROWDS, window | policy.incident.model_dump(include=_FROM))
        crowds += await tx.fetch(CAUSES, window | policy.incident.everywhere.model_dump())
        for crowd in crowds:
            found += await _judge(tx, crowd, policy)
        joined = await _join(tx, policy)
    return {"found": found, "joined": joined}


async def _judge(tx: Transaction, row: Row, whole: IntakePolicy) -> bool:
    policy = whole.incident
    about, area, *counts, active, before, severity_before = row
    crowd = Crowd(*counts)
    if area == EVERYWHERE:
        state, severity = judge_cause(crowd, policy), Severity.S1
    else:
        state, severity = judge_incident(crowd, policy), incident_severity(crowd, policy)
    if state is None or (before == state and severity >= severity_before):
        return False
    if before == IncidentState.OPEN and state is IncidentState.PROPOSED:
        return False
    if active:
        await tx.lock([str(active)])
        severity = min(severity, Severity(severity_before))
        return await _set(tx, _Incident(active, about, area, state, severity, BY_COUNT), whole.version)
    new = _Incident(uuid7(), about, area, state, severity, BY_COUNT)
    return await _store(tx, new, crowd.complaints, whole.version) is not None


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


async def _store(
    tx: Transaction, new: _Incident, complaints: int, policy_version: str | None = None
) -> UUID | None:
    values = new._asdict() | {"complaints": complaints, "policy_version": policy_version}
    if not await tx.fetch(STORE, values):
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


async def _set(tx: Transaction, now: _Incident, policy_version: str | None = None) -> bool:
    is_open = now.state is IncidentState.OPEN
    await tx.fetch(SET, now._asdict() | {"is_open": is_open, "policy_version": policy_version})
    told: dict[str, Any] = {"incident_id": now.incident, "about": now.about, "area": now.area, "by": now.by}
    if is_open:
        tx.publish(IncidentOpened(**told, severity=now.severity, found_at=tx.now))
    else:
        tx.publish(IncidentEnded(**told, resolved=now.state is IncidentState.RESOLVED, ended_at=tx.now))
    return True


async def _join(tx: Transaction, policy: IntakePolicy) -> int:
    waiting = await tx.fetch(WAITING, {"window": policy.incident.window, "at_most": _AT_MOST})
    if not waiting:
        await tx.fetch(ALL_JOINED, {})
        return 0
    free = await tx.lock_if_free(str(row[0]) for row in waiting)
    day = tx.now.astimezone(ZoneInfo(policy.receipt.zone)).date()
    joining = [_joining(row, day, policy) for row in waiting if str(row[0]) in free]
    if joining:
        columns = dict(zip(_Joining._fields, zip(*joining, strict=True), strict=True))
        await tx.fetch(JOIN, columns | {"policy_version": policy.version})
    for one in joining:
        tx.publish(
            ComplaintJoinedIncident(
                complaint_id=one.complaints,
                incident_id=one.incidents,
                severity=one.severities,
                joined_at=tx.now,
                priority=one.priorities,
                priority_class=one.classes,
            )
        )
    return len(joining)


def _joining(row: Row, day: date, policy: IntakePolicy) -> _Joining:
    """SEV-1: what joins an incident is at least as severe as it."""
    complaint, incident, of_incident, own, grade, rule, repeat_index, risk_score = row
    worse = of_incident < own
    severity = Severity(min(of_incident, own))
    priority = score_priority(
        severity, Grade(grade), policy.priority, repeat_index=repeat_index, risk_score=risk_score, day=day
    )
    rule = f"SEV-{severity[1:]}" if worse else rule
    return _Joining(complaint, incident, severity, rule, priority.score, priority.priority_class)
