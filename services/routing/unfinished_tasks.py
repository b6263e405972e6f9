"""What becomes of departments' parts that nobody delivered: released with the end, told when they are overdue."""

from collections.abc import Sequence
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.routing import TaskOverdue, TaskReleased
from shared.runtime.timers import Timer, TimerHandler, disarm

from .desk import Desk
from .tasks import TASK_DUE, about, reach

_RELEASE_ALL = Statement(
    """
    UPDATE task SET state = 'RELEASED', settled_at = now()
    WHERE complaint_id = :complaint_id AND state IN ('OPEN', 'REFUSED') RETURNING task_id
    """
)
_OVERDUE = Statement(
    """
    UPDATE task SET overdue_at = now() WHERE task_id = ANY (CAST(:ids AS uuid[])) AND state IN ('OPEN', 'REFUSED')
    RETURNING task_id, complaint_id, department, due_at
    """
)


async def release_all(tx: Transaction, complaint_id: UUID) -> None:
    """Nobody's part is needed any more, for the complaint has ended."""
    rows = await tx.fetch(_RELEASE_ALL, {"complaint_id": complaint_id})
    await disarm(tx, [row["task_id"] for row in rows])
    for (task_id,) in rows:
        tx.publish(
            TaskReleased(
                complaint_id=complaint_id, task_id=task_id, department=None, by=None, released_at=tx.now
            )
        )


def task_timers(desk: Desk) -> dict[str, TimerHandler]:
    """Who manages the department hears of it when it has not delivered in time."""

    async def overdue(tx: Transaction, due: Sequence[Timer]) -> None:
        for row in await tx.fetch(_OVERDUE, {"ids": [timer.id for timer in due]}):
            manager = desk.directory.lead_of_department(row["department"])
            tx.publish(
                TaskOverdue(
                    **about(row["complaint_id"], row["task_id"], row["department"]),
                    due_at=row["due_at"],
                    overdue_at=tx.now,
                    **reach(desk, manager, row["complaint_id"]),
                )
            )

    return {TASK_DUE: overdue}
