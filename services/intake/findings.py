"""Keeps and tells what staff found about a complaint: the accused's account, the finding, why it came again."""

from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.intake import FindingMade, RepeatReasonGiven, StaffAccountGiven
from shared.events.vocabulary import Finding, RepeatReason
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.paging import read_page

from .may_find import Heard, Refusal, may_find, may_give_account, may_give_reason

_HEARD = Statement(
    """
    SELECT customer_id, conflict_of_interest, accused_staff, staff_account IS NOT NULL,
           repeat_index + round + contact_count > 3
    FROM complaint WHERE complaint_id = :complaint
    """
)
_KEEP = Statement(
    """
    WITH kept AS (
        UPDATE complaint SET staff_account = coalesce(:account, staff_account),
            finding = coalesce(:finding, finding), repeat_reason = coalesce(:reason, repeat_reason)
        WHERE complaint_id = :complaint
    )
    INSERT INTO history (complaint_id, publisher, sequence, at, what, detail)
    VALUES (:complaint, 'intake', :sequence, now(), :what, :detail)
    """
)
_UNEXPLAINED = Statement(
    """
    SELECT complaint_id, receipt_number, repeat_of, repeat_index, round, contact_count, status, owner_name
    FROM complaint
    WHERE complaint_id > :after AND repeat_reason IS NULL AND repeat_index + round + contact_count > 3
    ORDER BY complaint_id LIMIT :limit
    """
)
_TEXTS = {
    Refusal.NOT_ABOUT_STAFF: ("this complaint is not about a member of staff", "该投诉不涉及员工"),
    Refusal.NOT_THE_ACCUSED: ("only the person it is about gives the account", "只能由被投诉员工本人说明"),
    Refusal.THE_ACCUSED: ("nobody judges a complaint about themselves", "被投诉员工不得自行下结论"),
    Refusal.NO_ACCOUNT_YET: ("the person it is about has not been heard yet", "尚未听取被投诉员工的说明"),
    Refusal.CAME_ONCE: ("this complaint came only once", "该投诉未重复发生"),
}


async def give_account(work: UnitOfWork, complaint_id: UUID, by: str, text: str) -> None:
    """Keep the account of the accused. Raises NotFoundError, ConflictError."""
    async with work.begin(str(complaint_id)) as tx:
        _customer, heard = await _look(tx, complaint_id)
        _refuse(may_give_account(heard, by))
        event = StaffAccountGiven(complaint_id=complaint_id, by=by, given_at=tx.now)
        await _keep(tx, event, by, account=text)


async def make_finding(work: UnitOfWork, complaint_id: UUID, by: str, finding: Finding) -> None:
    """Keep the finding; the last one holds. Raises NotFoundError, ConflictError."""
    async with work.begin(str(complaint_id)) as tx:
        customer_id, heard = await _look(tx, complaint_id)
        _refuse(may_find(heard, by))
        event = FindingMade(
            complaint_id=complaint_id,
            customer_id=customer_id,
            finding=finding,
            accused_staff=heard.accused_staff,
            by=by,
            made_at=tx.now,
        )
        await _keep(tx, event, finding, finding=finding)


async def give_reason(work: UnitOfWork, complaint_id: UUID, by: str, reason: RepeatReason) -> None:
    """Keep why it came again (REP-6); the last reason holds. Raises NotFoundError, ConflictError."""
    async with work.begin(str(complaint_id)) as tx:
        _customer, heard = await _look(tx, complaint_id)
        _refuse(may_give_reason(heard))
        event = RepeatReasonGiven(complaint_id=complaint_id, reason=reason, by=by, given_at=tx.now)
        await _keep(tx, event, reason, reason=reason)


async def list_unexplained(work: UnitOfWork, after: UUID | None, limit: int) -> dict[str, Any]:
    """A page of what came again without a reason so far."""
    return await read_page(work, _UNEXPLAINED, "complaint_id", after, limit)


async def _look(tx: Transaction, complaint_id: UUID) -> tuple[UUID, Heard]:
    found = await tx.fetch(_HEARD, {"complaint": complaint_id})
    if not found:
        raise NotFoundError("this complaint is not known", "没有这个投诉")
    customer_id, *heard = found[0]
    return customer_id, Heard(*heard)


def _refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise ConflictError(*_TEXTS[refusal])


async def _keep(
    tx: Transaction, event: StaffAccountGiven | FindingMade | RepeatReasonGiven, detail: str, **kept: str
) -> None:
    envelope = tx.publish(event)
    values: dict[str, Any] = {"account": None, "finding": None, "reason": None} | kept
    values |= {
        "complaint": event.complaint_id,
        "sequence": envelope.sequence,
        "what": event.type.split(".")[2],
        "detail": detail,
    }
    await tx.fetch(_KEEP, values)
