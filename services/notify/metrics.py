"""What operators see of notify."""

from collections.abc import Sequence

from prometheus_client import Counter, Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

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

_LOOK = text(
    """
    SELECT state, count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)
    FROM intent WHERE state = 'PENDING' GROUP BY state
    UNION ALL
    SELECT state, count(*), 0 FROM intent WHERE state = 'SENDING' GROUP BY state
    """
)


def count_messages(tx: Transaction, decided: Sequence[tuple[str, str]]) -> None:
    """Count messages as (kind, outcome) once their transaction has committed."""
    if not decided:
        return

    def count() -> None:
        for kind, outcome in decided:
            MESSAGES.labels(kind, outcome).inc()

    tx.after_commit(count)


async def sample(connection: AsyncConnection) -> None:
    """Set the gauges from the database: only of messages on their way, for the others grow without end."""
    found = {row[0]: (row[1], row[2]) for row in await connection.execute(_LOOK)}
    for state in WAITING:
        INTENTS.labels(state).set(found.get(state, (0, 0))[0])
    OLDEST.set(float(found.get("PENDING", (0, 0))[1]))
