"""What operators see of feedback."""

from prometheus_client import Gauge

from shared.bus.database import Database
from shared.bus.statement import Statement

STATES = ("PLANNED", "ASKED", "ANSWERED", "SILENT", "WITHDRAWN")
QUESTIONS = Gauge("redress_questions", "Questions about resolved complaints.", ["state"])
SATISFIED = Gauge("redress_answers_satisfied", "Answers of satisfied customers.")

_COUNT = Statement("SELECT state, count(*), count(*) FILTER (WHERE satisfied) FROM question GROUP BY state")


async def sample(database: Database) -> None:
    """Set the gauges from the database."""
    rows = await database.fetch(_COUNT, {})
    counts = {state: count for state, count, _ in rows}
    for state in STATES:
        QUESTIONS.labels(state).set(counts.get(state, 0))
    SATISFIED.set(sum(satisfied for *_, satisfied in rows))
