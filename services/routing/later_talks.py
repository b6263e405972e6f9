"""Counts later calls that staff took as contacts of their day, and lets them rest after an abusive one (FC-3)."""

from collections.abc import Sequence
from datetime import timedelta

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import ContactAttached
from shared.events.vocabulary import Tag

from .desk import Desk
from .presence import REST
from .workload import ADD_TO_DESK

_COUNT = Statement(
    f"""
    INSERT INTO staff_load (staff_id, counted_by, open, day, customers, contacts)
    SELECT staff_id, CAST(:replica AS text), 0, CAST(:today AS date), 0, count(*)
    FROM unnest(CAST(:talked AS text[])) AS one (staff_id) GROUP BY staff_id ORDER BY staff_id
    ON CONFLICT (staff_id, counted_by) DO UPDATE SET {ADD_TO_DESK}
    """  # noqa: S608 - a constant of ours
)


async def note_talks(desk: Desk, tx: Transaction, attached: Sequence[Envelope[ContactAttached]]) -> None:
    """Of those that somebody of ours took; the others cost nothing."""
    taken = [e.event for e in attached if desk.directory.member(e.event.taken_by) is not None]
    if not taken:
        return
    talked = [event.taken_by for event in taken]
    await tx.fetch(_COUNT, {"talked": talked} | desk.counts(tx, beside="/talks"))
    abused = {event.taken_by for event in taken if Tag.ABUSE in event.tags and event.taken_by}
    if abused:
        rest = timedelta(seconds=desk.policy.assignment.rest_after_abuse)
        await tx.fetch(REST, {"staff": sorted(abused), "until": tx.now + rest})
