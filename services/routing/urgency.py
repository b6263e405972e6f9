"""How urgent a complaint is, as staff set it, and the news that its customer is told while it is urgent and open.

Rules that make complaints urgent: urgent_by_rule.py.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import ProgressTold, UrgencyChanged
from shared.events.vocabulary import HandlingStep, Urgency
from shared.runtime.timers import Timer, TimerHandler, arm, disarm

from .case import load_case, must_answer_for
from .desk import Desk
from .news_due import has_news, news_due, reweighed
from .next_state import Action, next_state

PROGRESS = "progress"
_READ = Statement("SELECT urgency, base_priority FROM complaint WHERE complaint_id = :complaint_id")
_SET = Statement(
    "UPDATE complaint SET urgency = :urgency, base_priority = :priority WHERE complaint_id = :complaint_id"
)
_OPEN = Statement(
    """
    SELECT complaint_id, urgency, state, owner_id, owner_name, coalesce(work.steps, '[]') AS steps
    FROM complaint LEFT JOIN work_round work USING (complaint_id, round)
    WHERE complaint_id = ANY (CAST(:ids AS uuid[])) ORDER BY complaint_id
    """
)


async def set_urgency(
    work: UnitOfWork, desk: Desk, complaint_id: UUID, urgency: Urgency, by: str
) -> dict[str, Any]:
    """Raises NoSuchCaseError, NotYoursError, NotPossibleError once it has ended."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        must_answer_for(case, by)
        next_state(case.state, Action.HAND_OVER)
        [(before, priority)] = await tx.fetch(_READ, {"complaint_id": complaint_id})
        due = news_due(urgency, tx.now, desk.policy.urgency)
        if before != urgency:
            priority = reweighed(priority, Urgency(before), urgency, desk.policy.urgency)
            await tx.fetch(_SET, {"complaint_id": complaint_id, "urgency": urgency, "priority": priority})
            await arm_news(tx, {complaint_id: due})
            tx.publish(
                UrgencyChanged(
                    complaint_id=complaint_id, urgency=urgency, by=by, changed_at=tx.now, next_news_at=due
                )
            )
    return {"complaint_id": complaint_id, "urgency": urgency, "priority": priority}


async def arm_news(tx: Transaction, due: Mapping[UUID, datetime | None]) -> None:
    """Let the customers of these complaints hear at these times how far they are; None: not any more."""
    timers = {complaint_id: uuid5(complaint_id, PROGRESS) for complaint_id in due}
    await disarm(tx, [timers[complaint_id] for complaint_id, at in due.items() if at is None])
    await arm(tx, [Timer(timers[c], PROGRESS, str(c), at) for c, at in due.items() if at is not None])


def urgency_timers(desk: Desk) -> dict[str, TimerHandler]:
    """The customer of an urgent complaint hears how far it is, again and again until it is resolved."""

    async def tell_progress(tx: Transaction, fired: Sequence[Timer]) -> None:
        again = []
        for row in await tx.fetch(_OPEN, {"ids": [UUID(timer.subject) for timer in fired]}):
            due = news_due(Urgency(row["urgency"]), tx.now, desk.policy.urgency, row["state"])
            if due is None:
                continue
            complaint_id = row["complaint_id"]
            again.append(Timer(uuid5(complaint_id, PROGRESS), PROGRESS, str(complaint_id), due))
            if not has_news(row["state"]):
                continue
            tx.publish(
                ProgressTold(
                    complaint_id=complaint_id,
                    urgency=Urgency(row["urgency"]),
                    state=row["state"],
                    owner_id=row["owner_id"],
                    owner_name=row["owner_name"],
                    steps=tuple(HandlingStep(note["step"]) for note in row["steps"]),
                    told_at=tx.now,
                    next_at=due,
                )
            )
        await arm(tx, again)

    return {PROGRESS: tell_progress}
