"""What operators see of notify."""

import collections
from collections.abc import Sequence

from prometheus_client import Counter, Gauge

from shared.bus.database import Database
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.vocabulary import MessageKind

OUTCOMES = ("SENT", "UNKNOWN", "SKIPPED", "FAILED")
WAITING = ("PENDING", "SENDING")
MESSAGES = Counter("redress_messages_total", "Messages decided, by what became of them.", ["kind", "outcome"])
RETRIES = Counter("redress_message_retries_total", "Messages put back to be handed over again.")
INTENTS = Gauge("redress_intents", "Messages not decided yet.", ["state"])
OLDEST = Gauge(
    "redress_intents_oldest_pending_seconds", "Age of the oldest message that waits to be handed over."
)
for _kind in MessageKind:
    for _outcome in OUTCOMES:
        MESSAGES.labels(_kind, _outcome)

_LOOK = Statement(
    """
    SELECT state, count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)
    FROM intent WHERE state = 'PENDING' GROUP BY state
    UNION ALL
    SELECT state, count(*), 0 FROM intent WHERE state = 'SENDING' GROUP BY state
    """
)


def count_messages(tx: Transaction, decided: Sequence[tuple[str, str]]) -> None:
    """Count messages as (kind, outcome) once their transaction has committed."""
    counted = collections.Counter(decided)
    if not counted:
        return

    def count() -> None:
        for (kind, outcome), number in counted.items():
            MESSAGES.labels(kind, outcome).inc(number)

    tx.after_commit(count)


async def sample(database: Database) -> None:
    """Set the gauges from the database: only of messages on their way, for the others grow without end."""
    found = {state: (number, age) for state, number, age in await database.fetch(_LOOK, {})}
    for state in WAITING:
        INTENTS.labels(state).set(found.get(state, (0, 0))[0])
    OLDEST.set(float(found.get("PENDING", (0, 0))[1]))
