"""Keeps which complaints joined which incident; takes back what was told of one that was none."""

from collections.abc import Iterable, Sequence
from functools import partial
from uuid import UUID, uuid5

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import ComplaintJoinedIncident, IncidentEnded
from shared.events.vocabulary import MessageKind, Role
from shared.runtime.timers import Timer, TimerHandler, arm

from .complaints import complaints_by_id
from .messages import Messages, Wish
from .notice import OF_INCIDENTS
from .tell_notices import tell_notices

RETRACT = "no_incident"
# The incident's row is locked by both, so that whichever comes second sees the first.
_MEET = Statement(
    """
    INSERT INTO incident (incident_id)
    SELECT DISTINCT id FROM unnest(CAST(:incidents AS uuid[])) AS row (id) ORDER BY id
    ON CONFLICT (incident_id) DO UPDATE SET incident_id = excluded.incident_id
    RETURNING incident_id, was_none
    """
)
_JOIN = Statement(
    """
    INSERT INTO incident_child (incident_id, complaint_id)
    SELECT * FROM unnest(CAST(:incidents AS uuid[]), CAST(:complaints AS uuid[])) ON CONFLICT DO NOTHING
    """
)
_END = Statement(
    """
    UPDATE incident SET ended = true, was_none = row.was_none
    FROM unnest(CAST(:incidents AS uuid[]), CAST(:was_none AS boolean[])) AS row (incident_id, was_none)
    WHERE incident.incident_id = row.incident_id
    """
)
_CHILDREN = Statement(
    """
    SELECT incident_id, complaint_id FROM incident_child JOIN incident USING (incident_id)
    WHERE incident_id = ANY (CAST(:incidents AS uuid[])) AND was_none
    """
)
_RETRACTED = Statement(
    """
    SELECT child.complaint_id, child.incident_id
    FROM incident_child child JOIN incident USING (incident_id) JOIN intent
        ON intent.complaint_id = child.complaint_id AND kind = 'INCIDENT' AND told_of = child.incident_id::text
    WHERE child.complaint_id = ANY (CAST(:complaints AS uuid[])) AND was_none AND state <> 'SKIPPED'
    """
)


async def tell_of_incidents(
    messages: Messages, tx: Transaction, joined: Sequence[Envelope[ComplaintJoinedIncident]]
) -> None:
    """REP-8: the customer hears that others have the same trouble."""
    pairs = [(e.event.incident_id, e.event.complaint_id) for e in joined]
    incidents, complaints = zip(*pairs, strict=True)
    met = await tx.fetch(_MEET, {"incidents": list(incidents)})
    await tx.fetch(_JOIN, {"incidents": list(incidents), "complaints": list(complaints)})
    await tell_notices(messages, tx, joined)
    none = {incident for incident, was_none in met if was_none}
    await _retract(tx, [pair for pair in pairs if pair[0] in none])


async def note_ended_incidents(
    messages: Messages, tx: Transaction, ended: Sequence[Envelope[IncidentEnded]]
) -> None:
    """What joined a resolved one is told when routing resolves it; of one that was none it is taken back.

    What was due about it is not any more (SLA-M).
    """
    incidents = [e.event.incident_id for e in ended]
    await tx.fetch(_MEET, {"incidents": incidents})
    await tx.fetch(_END, {"incidents": incidents, "was_none": [not e.event.resolved for e in ended]})
    await messages.withdraw_from(tx, {e.event.incident_id: e for e in ended}, OF_INCIDENTS)
    await _retract(tx, [tuple(row) for row in await tx.fetch(_CHILDREN, {"incidents": incidents})])


def incident_timers(messages: Messages) -> dict[str, TimerHandler]:
    """Each complaint is told in a transaction that has it locked."""
    return {RETRACT: partial(_take_back, messages)}


async def _retract(tx: Transaction, pairs: Iterable[tuple[UUID, UUID]]) -> None:
    await arm(
        tx,
        [
            Timer(uuid5(incident, str(complaint)), RETRACT, str(complaint), tx.now)
            for incident, complaint in pairs
        ],
    )


async def _take_back(messages: Messages, tx: Transaction, due: Sequence[Timer]) -> None:
    """Who was not told of the incident yet hears nothing of it, not even that it was none."""
    complaints = {UUID(timer.subject) for timer in due}
    await messages.withdraw_from(tx, dict.fromkeys(complaints), {MessageKind.INCIDENT})
    heard = await tx.fetch(_RETRACTED, {"complaints": list(complaints)})
    if not heard:
        return
    known = await complaints_by_id(tx, [complaint for complaint, _ in heard])
    await messages.store(
        tx,
        [
            Wish(None, known[complaint], MessageKind.NO_INCIDENT, Role.CUSTOMER, str(incident))
            for complaint, incident in heard
        ],
    )
