"""Makes the duties of a mass outage, tells when one was not done in time, and ends them with the incident (SLA-M)."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import IncidentEnded, IncidentOpened
from shared.events.sla import DutyOfIncident, IncidentDutiesMade, IncidentDutyBroken, IncidentDutyDone
from shared.runtime.timers import Timer, TimerHandler, arm, disarm

from .calendar_store import Timekeeper
from .outage_duties import Duty, first_duties, is_mass_outage, next_duty
from .outage_store import (
    Ended,
    IncidentDuty,
    incidents_with_duties,
    load_live_duties,
    save_broken,
    save_duties,
    save_ended,
)
from .policy import SlaPolicy

OUTAGE = "outage"


def outage_timers(policy: SlaPolicy, _keeper: Timekeeper) -> dict[str, TimerHandler]:
    """What to do when a duty is due."""
    return {OUTAGE: partial(break_duties, policy)}


def outages(policy: SlaPolicy) -> Reactions:
    """What to do on which event about an incident."""
    return {IncidentOpened: partial(make_duties, policy), IncidentEnded: end_duties}


async def make_duties(policy: SlaPolicy, tx: Transaction, opened: Sequence[Envelope[IncidentOpened]]) -> None:
    """What is due about each mass outage, once, also where it becomes one later."""
    mass = {
        one.event.incident_id: one
        for one in opened
        if is_mass_outage(one.event.about, one.event.severity, policy.mass_outage)
    }
    if not mass:
        return
    known = await incidents_with_duties(tx, mass)
    rows: list[IncidentDuty] = []
    for incident_id, because in mass.items():
        if incident_id in known:
            continue
        event = because.event
        duties = first_duties(event.found_at, policy.mass_outage)
        mine = [_row(incident_id, event.about, event.area, duty) for duty in duties]
        rows += mine
        tx.publish(
            IncidentDutiesMade(
                incident_id=incident_id,
                about=event.about,
                area=event.area,
                duties=tuple(_told(row) for row in mine),
                policy_version=policy.version,
                told=policy.mass_outage.asked,
            ),
            because_of=because,
        )
    await save_duties(tx, policy.version, rows)
    await arm(tx, [_timer(row) for row in rows])


async def break_duties(policy: SlaPolicy, tx: Transaction, due: Sequence[Timer]) -> None:
    """Nobody has done it, and it is due: tell of it, once."""
    expected = {timer.id for timer in due}
    broken = []
    for duty, broken_at in await load_live_duties(tx, {UUID(timer.subject) for timer in due}):
        if duty.duty_id in expected and broken_at is None:
            broken.append(duty.duty_id)
            tx.publish(
                IncidentDutyBroken(
                    incident_id=duty.incident_id,
                    duty=_told(duty),
                    broken_at=tx.now,
                    told=policy.mass_outage.told,
                    about=duty.about,
                    area=duty.area,
                )
            )
    await save_broken(tx, broken)


async def do_duty(
    tx: Transaction, policy: SlaPolicy, duty: IncidentDuty, by: str, reference: str | None
) -> IncidentDuty | None:
    """Somebody has done it; news is due again after that. Returns the next duty."""
    tx.publish(
        IncidentDutyDone(
            incident_id=duty.incident_id, duty=_told(duty), by=by, done_at=tx.now, late=tx.now > duty.due_at
        )
    )
    await save_ended(tx, [Ended(duty.duty_id, tx.now, by, reference)])
    await disarm(tx, [duty.duty_id])
    again = next_duty(duty.kind, duty.number, tx.now, policy.mass_outage)
    if again is None:
        return None
    row = _row(duty.incident_id, duty.about, duty.area, again)
    await save_duties(tx, policy.version, [row])
    await arm(tx, [_timer(row)])
    return row


async def end_duties(tx: Transaction, ended: Sequence[Envelope[IncidentEnded]]) -> None:
    """What was not done when the incident ended is no longer needed."""
    live = await load_live_duties(tx, [envelope.event.incident_id for envelope in ended])
    await save_ended(tx, [Ended(duty.duty_id) for duty, _ in live])
    await disarm(tx, [duty.duty_id for duty, _ in live])


def _row(incident_id: UUID, about: str, area: str, duty: Duty) -> IncidentDuty:
    return IncidentDuty(uuid7(), incident_id, duty.kind, duty.number, about, area, duty.due_at)


def _timer(row: IncidentDuty) -> Timer:
    return Timer(row.duty_id, OUTAGE, str(row.incident_id), row.due_at)


def _told(row: IncidentDuty) -> DutyOfIncident:
    return DutyOfIncident(duty_id=row.duty_id, kind=row.kind, number=row.number, due_at=row.due_at)
