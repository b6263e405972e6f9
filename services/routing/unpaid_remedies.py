"""Watches that what was granted is paid in time, and tells once what is not (REM-7)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.routing import RemedyOverdue
from shared.events.vocabulary import RemedyKind
from shared.runtime.timers import Timer, TimerHandler, arm

from .desk import Desk
from .directory import Member

REMEDY_DUE = "remedy_due"
_OVERDUE = Statement(
    """
    UPDATE remedy SET overdue_at = now() FROM complaint
    WHERE remedy_id = ANY (CAST(:ids AS uuid[])) AND remedy.state = 'APPROVED' AND overdue_at IS NULL
        AND complaint.complaint_id = remedy.complaint_id
    RETURNING remedy_id, remedy.complaint_id, remedy.kind, amount, pay_by, owner_id,
        coalesce(signatures -> -1 ->> 'by', proposed_by) AS granted_by
    """
)


async def watch_payments(tx: Transaction, granted: Iterable[tuple[UUID, UUID]], until: datetime) -> None:
    """Look at these remedies, each with its complaint first, when they should be paid."""
    timers = [Timer(remedy_id, REMEDY_DUE, str(complaint_id), until) for complaint_id, remedy_id in granted]
    await arm(tx, timers)


def remedy_timers(desk: Desk) -> dict[str, TimerHandler]:
    """REM-7: the owner and who granted it hear of what was not paid when it should have been."""

    async def overdue(tx: Transaction, due: Sequence[Timer]) -> None:
        for row in await tx.fetch(_OVERDUE, {"ids": [timer.id for timer in due]}):
            approver = _answers_for_it(desk, row)
            tx.publish(
                RemedyOverdue(
                    complaint_id=row["complaint_id"],
                    remedy_id=row["remedy_id"],
                    kind=RemedyKind(row["kind"]),
                    amount=row["amount"],
                    pay_by=row["pay_by"],
                    overdue_at=tx.now,
                    owner_id=row["owner_id"],
                    approver_id=approver.id,
                    approver_channel=approver.channel,
                    approver_reply_to=desk.sealed_address(approver, row["complaint_id"]),
                )
            )

    return {REMEDY_DUE: overdue}


def _answers_for_it(desk: Desk, row: Row) -> Member:
    """Who granted it; who leads the owner where the owner did, or nobody who is still here."""
    directory = desk.directory
    granted_by = directory.member(row["granted_by"])
    if granted_by is not None and granted_by.id != row["owner_id"]:
        return granted_by
    return directory.superior_of(directory.member(row["owner_id"]))
