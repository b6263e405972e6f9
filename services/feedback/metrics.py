"""What operators see of feedback."""

from prometheus_client import Gauge
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from .tables import question

STATES = ("PLANNED", "ASKED", "ANSWERED", "SILENT", "WITHDRAWN")
QUESTIONS = Gauge("redress_questions", "Questions about resolved complaints.", ["state"])
SATISFIED = Gauge("redress_answers_satisfied", "Answers of satisfied customers.")


async def sample(connection: AsyncConnection) -> None:
    """Set the gauges from the database."""
    counted = await connection.execute(select(question.c.state, func.count()).group_by(question.c.state))
    counts = {row[0]: row[1] for row in counted}
    for state in STATES:
        QUESTIONS.labels(state).set(counts.get(state, 0))
    satisfied = await connection.execute(select(func.count()).where(question.c.satisfied))
    SATISFIED.set(satisfied.scalar_one())
