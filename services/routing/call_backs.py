"""Callers who hung up before anybody answered: each is somebody's to call back, until they were."""

from collections.abc import Sequence
from datetime import timedelta

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import CallBackEnded, CallBackNeeded
from shared.events.vocabulary import Language

from .assign_member import Need, assign_member
from .desk import Desk
from .workload import Loads, read_loads

_KEEP = Statement(
    """
    INSERT INTO call_back (call_ref, queue, address_hint, called_at, asked_at, department, given_to, call_by,
        policy_version)
    SELECT row.*, CAST(:policy_version AS text)
    FROM unnest(CAST(:call_ref AS uuid[]), CAST(:queue AS text[]), CAST(:address_hint AS text[]),
        CAST(:called_at AS timestamptz[]), CAST(:asked_at AS timestamptz[]), CAST(:department AS text[]),
        CAST(:given_to AS text[]), CAST(:call_by AS timestamptz[])) AS row
    """
)
_END = Statement(
    """
    UPDATE call_back SET ended_at = row.ended_at, why = row.why, ended_by = row.by, reached = row.reached,
        complaint_id = row.complaint_id
    FROM unnest(CAST(:call_ref AS uuid[]), CAST(:ended_at AS timestamptz[]), CAST(:why AS text[]), CAST(:by AS text[]),
        CAST(:reached AS boolean[]), CAST(:complaint_id AS uuid[]))
        AS row (call_ref, ended_at, why, by, reached, complaint_id)
    WHERE call_back.call_ref = row.call_ref
    """
)
_TOLD = ("call_ref", "queue", "address_hint", "called_at", "asked_at")
_ENDED = ("call_ref", "ended_at", "why", "by", "reached", "complaint_id")


async def give_call_backs(desk: Desk, tx: Transaction, needed: Sequence[Envelope[CallBackNeeded]]) -> None:
    """Give each to the least loaded of the department that the telephone queue is called after, else of the duty desk."""
    await desk.staff.keep_fresh(tx)
    events = [envelope.event for envelope in needed]
    departments = [_department(desk, event.queue) for event in events]
    people = [m.id for name in sorted({*departments}) for m in desk.directory.members_of(name).members]
    loads = Loads(await read_loads(tx, people, desk.today(tx.now)), tx.now)
    given = []
    for department in departments:
        need = Need(Language.CHINESE, None, tx.now)
        found = assign_member(
            desk.directory.members_of(department), loads.known, need, desk.policy.assignment
        )
        person = found.member if found else desk.directory.duty_member()
        loads.give(person.id)
        given.append(person.id)
    values = {name: [getattr(event, name) for event in events] for name in _TOLD}
    within = timedelta(seconds=desk.policy.calls.call_back_within)
    values |= {
        "department": departments,
        "given_to": given,
        "call_by": [event.asked_at + within for event in events],
    }
    await tx.fetch(_KEEP, values | {"policy_version": desk.policy.version})


async def end_call_backs(tx: Transaction, ended: Sequence[Envelope[CallBackEnded]]) -> None:
    """Nobody has to call any more."""
    await tx.fetch(_END, {name: [getattr(e.event, name) for e in ended] for name in _ENDED})


def _department(desk: Desk, queue: str | None) -> str:
    known = queue in desk.directory.departments and desk.directory.members_of(queue or "").members
    return queue if queue and known else desk.directory.duty_desk
