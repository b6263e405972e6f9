"""Decides what is owed of itself for a late repair, a missed visit or a late start, by the scheme that is switched on."""

from datetime import datetime, timedelta

from shared.events.vocabulary import LateEvent

from .next_state import Action, NotPossibleError, State, next_state
from .open_hours import after_open_time
from .policy import HoursPolicy, LateScheme

_DAY = timedelta(days=1)


def late_since(
    reported_at: datetime, promised_by: datetime | None, scheme: LateScheme, hours: HoursPolicy
) -> datetime | None:
    """REM-6: from when on a repair is late: some open time after the report, or after the promise was broken."""
    start = reported_at if scheme.counts_from == "REPORT" else promised_by
    if start is None or not scheme.after:
        return start
    return after_open_time(start, scheme.after, hours)


def owed_for_repair(since: datetime | None, repaired_at: datetime, scheme: LateScheme) -> int:
    """REM-6: an amount for every day begun since then, up to the cap if there is one."""
    if since is None or repaired_at <= since:
        return 0
    days = -((since - repaired_at) // _DAY)
    owed = scheme.per_day * days
    return min(owed, scheme.cap) if scheme.cap else owed


def owed_for(event: LateEvent, days: int, scheme: LateScheme) -> int:
    """REM-6: for a missed visit once, for a late start by the day."""
    return scheme.missed_visit if event is LateEvent.MISSED_VISIT else scheme.late_start_per_day * days


def owed_to(state: State) -> bool:
    """REM-6: whether a complaint of an incident gets what was decided for all of them: not once it has ended."""
    try:
        next_state(state, Action.REMEDY)
    except NotPossibleError:
        return False
    return True
