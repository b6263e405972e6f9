"""Loads, writes and tells hand-overs of the work, many at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.routing import (
    HandlerAssigned,
    TransferAccepted,
    TransferDecided,
    TransferDisputed,
    TransferFailed,
)
from shared.events.vocabulary import TransferReason
from shared.runtime.timers import Timer, arm, disarm

from .answer_terms import AnswerTerms, AnswerTimes
from .desk import Desk
from .judge_transfer import Status
from .metrics import TRANSFERS
from .workload import counting

ANSWER, DECISION = "transfer_answer", "transfer_decision"
_OPEN = Statement(
    """
    SELECT t.transfer_id, t.complaint_id, t.from_id, t.to_id, t.reason, t.status, t.requested_by, c.state, c.owner_id,
        c.handler_id, c.case_type, c.category, c.due_at
    FROM transfer t JOIN complaint c USING (complaint_id)
    WHERE t.complaint_id = ANY (CAST(:ids AS uuid[])) AND t.status IN ('REQUESTED', 'DISPUTED')
    """
)
_SETTLE = Statement(
    """
    UPDATE transfer SET status = row.status, dispute = coalesce(row.dispute, transfer.dispute),
        decide_by = coalesce(row.decide_by, transfer.decide_by), settled_by = row.settled_by, settled_at = now(),
        handler_id = coalesce(row.handler_id, transfer.handler_id)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:disputes AS text[]),
                CAST(:decide_by AS timestamptz[]), CAST(:by AS text[]), CAST(:handlers AS text[]))
         AS row (transfer_id, status, dispute, decide_by, settled_by, handler_id)
    WHERE transfer.transfer_id = row.transfer_id
    """
)
_HAND_OVER = counting(
    """
    UPDATE complaint SET handler_id = row.handler_id, handler_reason = row.reason, handler_since = now(),
        answer_field = row.answer_field, answer_by = row.answer_by,
        hops = complaint.hops + CASE WHEN row.handler_id = complaint.owner_id THEN 0 ELSE 1 END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:handlers AS text[]), CAST(:reasons AS text[]), CAST(:before AS text[]),
            CAST(:answer_fields AS text[]), CAST(:answer_by AS timestamptz[]))
         AS row (complaint_id, handler_id, reason, before, answer_field, answer_by)
    WHERE complaint.complaint_id = row.complaint_id AND complaint.handler_id <> row.handler_id
    RETURNING complaint.complaint_id, complaint.owner_id, complaint.handler_id, row.before
    """,
    # The owner's own complaint is on the owner's desk once, whoever works on it.
    """
    SELECT * FROM (VALUES (before, -1), (handler_id, 1)) AS desk (staff_id, change) WHERE staff_id <> owner_id
    """,
)


class Transfer(NamedTuple):
    """An open hand-over with what it concerns of its complaint."""

    transfer_id: UUID
    complaint_id: UUID
    from_id: str
    to_id: str
    reason: str
    status: str
    requested_by: str
    state: str
    owner_id: str
    handler_id: str
    case_type: str
    category: str | None
    due_at: datetime | None


class Settlement(NamedTuple):
    """What becomes of a hand-over. by: whose word it was, None for silence; handler_id: who works on it then."""

    transfer: Transfer
    status: Status
    by: str | None = None
    handler_id: str | None = None
    dispute: str | None = None
    decide_by: datetime | None = None


async def open_transfers(tx: Transaction, complaints: Sequence[UUID]) -> dict[UUID, Transfer]:
    """The open hand-over of each of these complaints that has one."""
    rows = await tx.fetch(_OPEN, {"ids": list(complaints)})
    return {row["complaint_id"]: Transfer(*row) for row in rows}


async def settle(desk: Desk, tx: Transaction, settlements: Sequence[Settlement], writer: str) -> None:
    """Write what became of these hand-overs, let others work on the complaints, and tell it."""
    if not settlements:
        return
    values: dict[str, Any] = {
        "ids": [s.transfer.transfer_id for s in settlements],
        "statuses": [s.status for s in settlements],
        "disputes": [s.dispute for s in settlements],
        "decide_by": [s.decide_by for s in settlements],
        "by": [s.by for s in settlements],
        "handlers": [s.handler_id for s in settlements],
    }
    await tx.fetch(_SETTLE, values)
    moved = [s for s in settlements if s.handler_id not in (None, s.transfer.handler_id)]
    terms = _terms(desk, tx, moved)
    if moved:
        hands: dict[str, Any] = {
            "ids": [s.transfer.complaint_id for s in moved],
            "handlers": [s.handler_id for s in moved],
            "reasons": [s.transfer.reason for s in moved],
            "before": [s.transfer.handler_id for s in moved],
            "answer_fields": [terms[s.transfer.transfer_id].answer_field for s in moved],
            "answer_by": [terms[s.transfer.transfer_id].answer_by for s in moved],
        }
        await tx.fetch(_HAND_OVER, hands | desk.counts(tx, writer))
    disputed = [s for s in settlements if s.decide_by is not None]
    await disarm(tx, [s.transfer.transfer_id for s in settlements if s.decide_by is None])
    await arm(
        tx,
        [
            Timer(s.transfer.transfer_id, DECISION, str(s.transfer.complaint_id), s.decide_by)
            for s in disputed
            if s.decide_by
        ],
    )
    for settlement in settlements:
        _tell(desk, tx, settlement, terms.get(settlement.transfer.transfer_id))


def _terms(desk: Desk, tx: Transaction, moved: Sequence[Settlement]) -> dict[UUID, AnswerTerms]:
    """Until when each new handler answers inside the house (FC-14)."""
    times, member = AnswerTimes(desk, tx.now), desk.directory.member
    return {
        t.transfer_id: times.terms(member(t.owner_id), member(who), t.case_type, t.category, t.due_at)
        for t, who in ((s.transfer, s.handler_id) for s in moved)
    }


def _tell(desk: Desk, tx: Transaction, settlement: Settlement, terms: AnswerTerms | None) -> None:
    transfer, by = settlement.transfer, settlement.by
    about: dict[str, Any] = {"complaint_id": transfer.complaint_id, "transfer_id": transfer.transfer_id}
    match settlement.status:
        case Status.ACCEPTED | Status.ACCEPTED_SILENTLY:
            tx.publish(
                TransferAccepted(**about, to_id=transfer.to_id, silently=by is None, accepted_at=tx.now)
            )
        case Status.NOT_DELIVERED | Status.WITHDRAWN:
            tx.publish(
                TransferFailed(
                    **about,
                    to_id=transfer.to_id,
                    owner_id=transfer.owner_id,
                    why=settlement.status,
                    failed_at=tx.now,
                )
            )
        case Status.DISPUTED:
            assert settlement.decide_by is not None
            coordinator = desk.directory.coordinators()[0]
            tx.publish(
                TransferDisputed(
                    **about,
                    by=transfer.to_id,
                    coordinator_id=coordinator.id,
                    decide_by=settlement.decide_by,
                    disputed_at=tx.now,
                    coordinator_channel=coordinator.channel,
                    coordinator_reply_to=desk.sealed_address(coordinator, transfer.complaint_id),
                )
            )
        case Status.DECIDED | Status.KEPT:
            handler = settlement.handler_id or transfer.handler_id
            tx.publish(TransferDecided(**about, handler_id=handler, by=by, decided_at=tx.now))
    if terms is not None:
        _tell_handler(desk, tx, settlement, terms)


def _tell_handler(desk: Desk, tx: Transaction, settlement: Settlement, terms: AnswerTerms) -> None:
    transfer, handler_id = settlement.transfer, settlement.handler_id
    assert handler_id is not None
    handler = desk.directory.member(handler_id)
    reason = TransferReason(transfer.reason)
    tx.publish(
        HandlerAssigned(
            complaint_id=transfer.complaint_id,
            handler_id=handler_id,
            handler_name=handler.name if handler else handler_id,
            department=handler.department if handler else "",
            reason=reason,
            assigned_at=tx.now,
            **terms._asdict(),
            **desk.above(handler.department if handler else "", transfer.complaint_id),
        )
    )
    TRANSFERS.labels(reason).inc()
