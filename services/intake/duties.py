"""Keeps duties with their times: taken on with the complaint, done by staff, told when they are overdue."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.intake import DutyDone, DutyOverdue, ServiceFreezeAsked
from shared.events.vocabulary import Duty
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.paging import read_page
from shared.runtime.timers import Timer

from .decide_duties import decide_duties
from .draft import Draft
from .policy import IntakePolicy
from .tell_and_note import tell_and_note

TIMER = "duty"
_TAKE_ON = Statement(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:complaints AS uuid[]), CAST(:duties AS text[]),
                             CAST(:seconds AS float8[])) AS given (duty_id, complaint_id, duty, seconds)
    ), timers AS (
        INSERT INTO timer (id, kind, subject, due_at)
        SELECT duty_id, :timer, complaint_id::text, now() + make_interval(secs => seconds) FROM given
    )
    INSERT INTO duty (duty_id, complaint_id, duty, due_at, policy_version)
    SELECT duty_id, complaint_id, duty, now() + make_interval(secs => seconds), :policy_version FROM given
    RETURNING complaint_id, duty, due_at
    """
)
_OVERDUE = Statement(
    """
    UPDATE duty SET overdue_at = now() WHERE duty_id = ANY (CAST(:ids AS uuid[])) AND done_at IS NULL
    RETURNING complaint_id, duty, due_at
    """
)
_DONE = Statement(
    """
    UPDATE duty SET done_at = now(), done_by = :by, outcome = :outcome
    WHERE complaint_id = ANY (CAST(:complaints AS uuid[])) AND duty = :duty AND done_at IS NULL
    RETURNING complaint_id, overdue_at IS NOT NULL AS late
    """
)
_OF_CUSTOMER = Statement(
    """
    SELECT complaint_id FROM complaint JOIN duty USING (complaint_id)
    WHERE customer_id = :customer AND duty = :duty AND done_at IS NULL
    """
)
_STATE = Statement("SELECT done_at IS NOT NULL FROM duty WHERE complaint_id = :complaint AND duty = :duty")
_OPEN = Statement(
    """
    SELECT duty_id, duty.complaint_id, duty, due_at, overdue_at, receipt_number, customer_id, severity, owner_name
    FROM duty JOIN complaint USING (complaint_id)
    WHERE duty_id > :after AND done_at IS NULL ORDER BY duty_id LIMIT :limit
    """
)


class NewDuty(NamedTuple):
    """A duty that a complaint brings, to be done within `seconds`."""

    complaint_id: UUID
    customer_id: UUID
    duty: Duty
    seconds: float


def duties_of(drafts: Iterable[Draft], policy: IntakePolicy) -> list[NewDuty]:
    """The duties that come with new complaints."""
    return [
        NewDuty(draft.complaint_id, draft.customer_id, duty, seconds)
        for draft in drafts
        for duty, seconds in decide_duties(
            draft.tags, identified=bool(draft.contact.customer_keys.all), policy=policy.duties
        ).items()
    ]


async def take_on(tx: Transaction, new: Sequence[NewDuty], policy: IntakePolicy) -> None:
    """Store new duties; a freeze is told, for others have to do it."""
    if not new:
        return
    customers = {one.complaint_id: one.customer_id for one in new}
    values: dict[str, Any] = {
        "ids": [uuid7() for _ in new],
        "complaints": [one.complaint_id for one in new],
        "duties": [one.duty for one in new],
        "seconds": [one.seconds for one in new],
        "timer": TIMER,
        "policy_version": policy.version,
    }
    told = [
        ServiceFreezeAsked(
            complaint_id=complaint,
            customer_id=customers[complaint],
            freeze_by=due_at,
            asked_at=tx.now,
            policy_version=policy.version,
        )
        for complaint, duty, due_at in await tx.fetch(_TAKE_ON, values)
        if duty == Duty.FREEZE_SERVICE
    ]
    await tell_and_note(tx, told, [Duty.FREEZE_SERVICE] * len(told))


async def overdue(tx: Transaction, timers: Sequence[Timer]) -> None:
    """Tell what was not done in time; it stays to be done."""
    rows = await tx.fetch(_OVERDUE, {"ids": [timer.id for timer in timers]})
    events = [
        DutyOverdue(complaint_id=complaint, duty=Duty(duty), due_at=due_at, noted_at=tx.now)
        for complaint, duty, due_at in rows
    ]
    await tell_and_note(tx, events, [event.duty for event in events])


async def open_of_customer(tx: Transaction, customer_id: UUID) -> list[UUID]:
    """The complaints of a customer who is still to be identified."""
    values = {"customer": customer_id, "duty": Duty.IDENTIFY_CUSTOMER}
    return [complaint for (complaint,) in await tx.fetch(_OF_CUSTOMER, values)]


async def finish(tx: Transaction, complaints: Sequence[UUID], duty: Duty, outcome: str, by: str) -> int:
    """Note that a duty of these complaints is done, and tell it; their subjects are locked. Returns how many were."""
    if not complaints:
        return 0
    values = {"complaints": list(complaints), "duty": duty, "outcome": outcome, "by": by}
    rows = sorted(await tx.fetch(_DONE, values))
    events = [
        DutyDone(complaint_id=complaint, duty=duty, outcome=outcome, by=by, done_at=tx.now, late=late)
        for complaint, late in rows
    ]
    await tell_and_note(tx, events, [f"{duty} {outcome}"] * len(events))
    return len(events)


async def finish_freeze(work: UnitOfWork, complaint_id: UUID, by: str, *, frozen: bool) -> None:
    """Note that the service is frozen, or need not be. Raises NotFoundError, ConflictError."""
    async with work.begin(str(complaint_id)) as tx:
        done = await finish(tx, [complaint_id], Duty.FREEZE_SERVICE, "FROZEN" if frozen else "NOT_NEEDED", by)
        if done:
            return
        if await tx.fetch(_STATE, {"complaint": complaint_id, "duty": Duty.FREEZE_SERVICE}):
            raise ConflictError("this was said already", "此前已登记")
        raise NotFoundError("nothing is to be frozen for this complaint", "该投诉无需冻结业务")


async def list_open(work: UnitOfWork, after: UUID | None, limit: int) -> dict[str, Any]:
    """A page of what is still to be done."""
    return await read_page(work, _OPEN, "duty_id", after, limit)
