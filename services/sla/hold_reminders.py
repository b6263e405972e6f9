"""Loads whose reminders may disturb staff at any hour, many at a time, where the policy has silent hours."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import structlog

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.vocabulary import Grade

from .calendar_store import Timekeeper
from .policy import ROUND_THE_CLOCK, SlaPolicy
from .promise_rows import LivePromise
from .silent_hours import held_until

log = structlog.get_logger()

_GRADES = Statement(
    "SELECT complaint_id, grade FROM complaint WHERE complaint_id = ANY (CAST(:ids AS uuid[]))"
)


async def load_held_until(
    tx: Transaction, policy: SlaPolicy, keeper: Timekeeper, promises: Iterable[LivePromise]
) -> Mapping[UUID, datetime]:
    """Until when reminders of these promises are held, by promise; those that are told at once are left out."""
    name = policy.silent_hours.calendar
    if name == ROUND_THE_CLOCK:
        return {}
    hours = (await keeper.newest(tx, [name])).get(name)
    if hours is None:
        log.error("calendar.missing", calendars=[name])
    about = {one.promise_id: one for one in promises}
    ids = {one.complaint_id for one in about.values()}
    grades = {row[0]: Grade(row[1]) for row in await tx.fetch(_GRADES, {"ids": list(ids)})}
    held = {}
    for promise_id, one in about.items():
        until = held_until(
            one.severity, grades[one.complaint_id], tx.now, policy.silent_hours, hours and hours.working
        )
        if until is not None:
            held[promise_id] = until
    return held
