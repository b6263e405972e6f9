"""What operators see of sla.

The gauge is read from the database. The counters and the histogram count when something is decided: a batch
that has to be decided again counts again.
"""

from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import Counter, Gauge, Histogram

from shared.bus.database import Database
from shared.bus.statement import Statement
from shared.events.vocabulary import EscalationLevel, PromiseKind

from .settle import PromiseState

log = structlog.get_logger()

LIVE_STATES = (PromiseState.OPEN, PromiseState.AT_RISK, PromiseState.BROKEN)
OUTCOMES = ("kept", "late", "withdrawn")

PROMISES = Gauge("redress_promises", "Promises that are not yet kept, by how they stand.", ["kind", "state"])
SETTLED = Counter("redress_promises_settled_total", "Promises that came to their end.", ["kind", "outcome"])
RUNGS = Counter("redress_promise_rungs_total", "Rungs of the ladder that were reached.", ["kind", "level"])
LATENESS = Histogram(
    "redress_promise_lateness_seconds",
    "Time from a rung's moment until it was told.",
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)

HORIZON = Gauge(
    "redress_sla_calendar_horizon_days",
    "Days until the last day whose holidays are published; below 60 put the next year's.",
    ["calendar"],
)

for _kind in PromiseKind:
    for _outcome in OUTCOMES:
        SETTLED.labels(_kind, _outcome)
    for _level in tuple(EscalationLevel)[:-1]:
        RUNGS.labels(_kind, _level)


_LOOK = Statement("SELECT kind, state, count(*) FROM promise WHERE settled_at IS NULL GROUP BY kind, state")
_LOOK_AHEAD = Statement(
    """
    SELECT DISTINCT ON (name) name, CAST(document->>'published_through' AS date) - CURRENT_DATE AS days
    FROM calendar WHERE state = 'APPROVED' ORDER BY name, version DESC
    """
)


def sampler(warn_below: int) -> Callable[[Database], Awaitable[None]]:
    """Sets the gauges; warns once a day of each calendar whose holidays are published for fewer days."""
    warned: dict[str, int] = {}

    async def look(database: Database) -> None:
        await sample(database)
        for name, days in await database.fetch(_LOOK_AHEAD, {}):
            if days is not None and days < warn_below and warned.get(name) != days:
                warned[name] = days
                log.warning("calendar.horizon_near", calendar=name, days=days)

    return look


async def sample(database: Database) -> None:
    """Set the gauges from the database; only live promises and calendars in force are looked at."""
    counts = {(kind, state): number for kind, state, number in await database.fetch(_LOOK, {})}
    for kind in PromiseKind:
        for state in LIVE_STATES:
            PROMISES.labels(kind, state.lower()).set(counts.get((kind, state), 0))
    for name, days in await database.fetch(_LOOK_AHEAD, {}):
        if days is not None:
            HORIZON.labels(name).set(days)
