"""What routing does on incidents: complaints join them, and are resolved with them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import ComplaintJoinedIncident, IncidentEnded, RepeatReasonGiven
from shared.events.routing import ComplaintResolved
from shared.runtime.timers import Timer, TimerHandler, arm

from .compensate_children import compensate_late_repairs, compensate_soon
from .desk import Desk
from .follow_incident import Child, follows
from .next_state import Action, State, next_state
from .pausing import go_on
from .reweigh import weigh_all_anew

FOLLOW = "follow_incident"
# The incident's row is locked by both, so that whichever comes second sees the first.
_MEET = Statement(
    """
    INSERT INTO incident (incident_id)
    SELECT DISTINCT id FROM unnest(CAST(:incidents AS uuid[])) AS row (id) ORDER BY id
    ON CONFLICT (incident_id) DO UPDATE SET incident_id = excluded.incident_id
    RETURNING incident_id, resolved, EXISTS (
        SELECT FROM incident_compensation c WHERE c.incident_id = incident.incident_id) AS compensated
    """
)
_JOIN = Statement(
    """
    INSERT INTO incident_child (complaint_id, incident_id, joined_at)
    SELECT * FROM unnest(CAST(:complaints AS uuid[]), CAST(:incidents AS uuid[]), CAST(:joined AS timestamptz[]))
    ON CONFLICT (complaint_id, incident_id) DO NOTHING
    """
)
_END = Statement(
    """
    UPDATE incident SET resolved = row.resolved, ended_by = row.ended_by, ended_at = row.ended_at
    FROM unnest(CAST(:incidents AS uuid[]), CAST(:resolved AS boolean[]), CAST(:by AS text[]), CAST(:ended AS timestamptz[]))
         AS row (incident_id, resolved, ended_by, ended_at)
    WHERE incident.incident_id = row.incident_id
    """
)
_CHILDREN = Statement(
    """
    SELECT DISTINCT child.complaint_id FROM incident_child child JOIN incident USING (incident_id)
    WHERE incident_id = ANY (CAST(:incidents AS uuid[])) AND incident.resolved
    """
)
_DUE = Statement(
    """
    SELECT c.complaint_id, c.state, min(i.ended_by) AS ended_by,
        (SELECT count(*) FROM task WHERE task.complaint_id = c.complaint_id
            AND task.state IN ('OPEN', 'REFUSED')) AS open_tasks
    FROM complaint c JOIN incident_child child USING (complaint_id) JOIN incident i USING (incident_id)
    WHERE c.complaint_id = ANY (CAST(:ids AS uuid[])) AND i.resolved GROUP BY c.complaint_id, c.state
    """
)
_RESOLVE = Statement(
    """
    WITH moved AS (
        UPDATE complaint SET state = :state FROM unnest(CAST(:ids AS uuid[]), CAST(:by AS text[])) AS row (id, who)
        WHERE complaint_id = row.id RETURNING complaint_id, round, row.who),
    worked AS (
        INSERT INTO work_round (complaint_id, round, steps, resolution_reason, resolved_by, resolved_at,
            policy_version)
        SELECT complaint_id, round, '[]', 'INCIDENT_RESOLVED', who, now(), CAST(:policy_version AS text) FROM moved
        ON CONFLICT (complaint_id, round) DO UPDATE SET resolution_reason = excluded.resolution_reason,
            resolved_by = excluded.resolved_by, resolved_at = excluded.resolved_at,
            policy_version = excluded.policy_version)
    SELECT complaint_id, round, who FROM moved
    """
)
_REASON = Statement(
    """
    UPDATE complaint SET repeat_reason = row.reason
    FROM unnest(CAST(:ids AS uuid[]), CAST(:reasons AS text[])) AS row (complaint_id, reason)
    WHERE complaint.complaint_id = row.complaint_id
    """
)


async def join_incidents(
    desk: Desk, tx: Transaction, joined: Sequence[Envelope[ComplaintJoinedIncident]]
) -> None:
    """Complaints belong to incidents from now on, and are as severe; of one that is resolved already they follow at once."""
    events = [e.event for e in joined]
    met = await tx.fetch(_MEET, {"incidents": [event.incident_id for event in events]})
    values = {
        "complaints": [event.complaint_id for event in events],
        "incidents": [event.incident_id for event in events],
        "joined": [event.joined_at for event in events],
    }
    await tx.fetch(_JOIN, values)
    resolved = {row["incident_id"] for row in met if row["resolved"]}
    compensated = {row["incident_id"] for row in met if row["compensated"]}
    await compensate_soon(tx, [e.complaint_id for e in events if e.incident_id in compensated])
    await weigh_all_anew(desk, tx, joined)
    await _follow(tx, [event.complaint_id for event in events if event.incident_id in resolved])


async def end_incidents(tx: Transaction, ended: Sequence[Envelope[IncidentEnded]]) -> None:
    """What joined a resolved incident is resolved with it; of one that was none nothing follows."""
    events = [e.event for e in ended]
    incidents = [event.incident_id for event in events]
    await tx.fetch(_MEET, {"incidents": incidents})
    values = {
        "incidents": incidents,
        "resolved": [event.resolved for event in events],
        "by": [event.by for event in events],
        "ended": [event.ended_at for event in events],
    }
    await tx.fetch(_END, values)
    await _follow(tx, [row[0] for row in await tx.fetch(_CHILDREN, {"incidents": incidents})])


async def note_repeat_reasons(tx: Transaction, given: Sequence[Envelope[RepeatReasonGiven]]) -> None:
    """Why a complaint came again is known; without it a repeat is not resolved (REP-6)."""
    values = {
        "ids": [e.event.complaint_id for e in given],
        "reasons": [e.event.reason for e in given],
    }
    await tx.fetch(_REASON, values)


def incident_timers(desk: Desk) -> dict[str, TimerHandler]:
    """Each complaint follows in a transaction that has it locked."""

    async def follow(tx: Transaction, due: Sequence[Timer]) -> None:
        rows = await tx.fetch(_DUE, {"ids": [UUID(timer.subject) for timer in due]})
        following = [row for row in rows if follows(Child(State(row["state"]), row["open_tasks"]))]
        ids = [row["complaint_id"] for row in following]
        if not ids:
            return
        await go_on(tx, ids, None, "RESOLVED")
        state = next_state(State.IN_PROGRESS, Action.FOLLOW_INCIDENT)
        values = {"ids": ids, "by": [row["ended_by"] for row in following], "state": state}
        values["policy_version"] = desk.policy.version
        for complaint_id, round_, who in await tx.fetch(_RESOLVE, values):
            tx.publish(ComplaintResolved(complaint_id=complaint_id, round=round_, by=who, resolved_at=tx.now))
        await compensate_late_repairs(desk, tx, ids)

    return {FOLLOW: follow}


async def _follow(tx: Transaction, complaints: Iterable[UUID]) -> None:
    await arm(tx, [Timer(uuid7(), FOLLOW, str(complaint_id), tx.now) for complaint_id in complaints])
