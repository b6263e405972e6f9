"""How many due dates one process computes in a calendar with holidays, and whether each is what its inverse says."""

from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import process_time
from typing import Any

from services.sla.policy import SlaPolicy
from services.sla.read_calendar import WEEKDAYS, Limits, read_calendar
from services.sla.working_time import WorkingTime
from shared.runtime.policy import load_policy

from .stage import Stage

ROUNDS = 5
COUNT = 200_000
CHECKED = 2_000
OFFICE = ["09:00-12:00", "13:30-18:00"]
CALENDAR = {
    "zone": "Asia/Shanghai",
    "week": dict.fromkeys(WEEKDAYS[:5], OFFICE),
    "holidays": {f"2026-02-{day}": "holiday" for day in range(15, 24)},
    "days": {"2026-02-14": OFFICE, "2026-02-28": OFFICE},
}


async def sla_due_dates(_stage: Stage, count: int = COUNT) -> dict[str, Any]:
    """Starts all over a year, targets from a minute to 120 hours of work; seconds are of the processor."""
    rest = load_policy(SlaPolicy, "sla").rest
    calendar = read_calendar("bench", CALENDAR, {}, Limits(date(2026, 1, 1), rest))
    working = WorkingTime(calendar, rest.search_days)
    first = datetime(2026, 1, 1, tzinfo=UTC)
    starts = [first + timedelta(seconds=number * 31_536_000 / count) for number in range(count)]
    seconds = [60.0 + number * 7919 % 432_000 for number in range(count)]
    rates, dues = [], working.due_many(starts, seconds)
    for _ in range(ROUNDS):
        began = process_time()
        dues = working.due_many(starts, seconds)
        rates.append(count / (process_time() - began))
    every = max(count // CHECKED, 1)
    wrong = sum(
        abs(working.worked(start, due) - time) > 1e-5
        for start, time, due in list(zip(starts, seconds, dues, strict=True))[::every]
    )
    return {"per_s": median(rates), "rounds": [round(rate) for rate in rates], "count": count, "wrong": wrong}
