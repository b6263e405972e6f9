"""What can be read of complaints: the whole of one, lists, history, and what a customer may see."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, lateral, literal, select, text, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.runtime.paging import read_page

from .next_status import Status
from .tables import complaint, contact, history, promise

OPEN_PROMISES = ("MADE", "AT_RISK")
_HIDDEN = {"tracking_code", "first_contact_id"}

_next_promise = lateral(
    select(promise.c.kind, promise.c.due_at, promise.c.state)
    .where(promise.c.complaint_id == complaint.c.complaint_id, promise.c.state.in_(OPEN_PROMISES))
    .order_by(promise.c.due_at)
    .limit(1)
).alias("next_promise")

_NEXT_PROMISE = (
    _next_promise.c.kind.label("promise_kind"),
    _next_promise.c.due_at.label("promise_due_at"),
    _next_promise.c.state.label("promise_state"),
    func.extract("epoch", _next_promise.c.due_at - func.clock_timestamp()).label("promise_seconds_left"),
)

_ONE = select(
    *[column for column in complaint.c if column.name not in _HIDDEN],
    literal("/intake/v1/track/").concat(complaint.c.tracking_code).label("tracking_path"),
    contact.c.text,
    contact.c.contact_key,
    contact.c.provider,
    contact.c.origin_kind,
    *_NEXT_PROMISE,
    select(
        func.coalesce(
            func.json_agg(
                func.json_build_object(
                    "promise_id",
                    promise.c.promise_id,
                    "kind",
                    promise.c.kind,
                    "round",
                    promise.c.round,
                    "due_at",
                    promise.c.due_at,
                    "state",
                    promise.c.state,
                )
            ),
            text("'[]'::json"),
        )
    )
    .where(promise.c.complaint_id == complaint.c.complaint_id)
    .scalar_subquery()
    .label("promises"),
).select_from(
    complaint.join(contact, contact.c.contact_id == complaint.c.first_contact_id).outerjoin(
        _next_promise, true()
    )
)

_LISTED = select(
    complaint.c.complaint_id,
    complaint.c.receipt_number,
    complaint.c.channel,
    complaint.c.customer_id,
    complaint.c.grade,
    complaint.c.severity,
    complaint.c.case_type,
    complaint.c.status,
    complaint.c.owner_name,
    complaint.c.repeat_of,
    complaint.c.repeat_index,
    complaint.c.abusive,
    complaint.c.received_at,
    complaint.c.escalation_level,
    complaint.c.satisfied,
    complaint.c.offer_decision,
    *_NEXT_PROMISE,
).select_from(complaint.outerjoin(_next_promise, true()))

_TRACKED = select(
    complaint.c.receipt_number,
    complaint.c.status,
    complaint.c.language,
    complaint.c.received_at,
    complaint.c.owner_name,
    *_NEXT_PROMISE,
).select_from(complaint.outerjoin(_next_promise, true()))


async def find_complaint(connection: AsyncConnection, complaint_id: UUID) -> dict[str, Any] | None:
    """Everything known of one complaint."""
    return await _first(connection, _ONE.where(complaint.c.complaint_id == complaint_id))


async def find_tracked(connection: AsyncConnection, code: str) -> dict[str, Any] | None:
    """What the customer behind the code of a tracking link may see."""
    return await _first(connection, _TRACKED.where(complaint.c.tracking_code == code))


async def list_complaints(
    connection: AsyncConnection,
    after: UUID | None,
    limit: int,
    status: Status | None,
    receipt_number: str | None,
) -> dict[str, Any]:
    """A page of complaints in the order in which they came."""
    statement = _LISTED
    if status is not None:
        statement = statement.where(complaint.c.status == status)
    if receipt_number is not None:
        statement = statement.where(complaint.c.receipt_number == receipt_number)
    page = await read_page(connection, statement, complaint, "complaint_id", after, limit)
    return page | {"items": [_with_promise(item) for item in page["items"]]}


async def find_history(connection: AsyncConnection, complaint_id: UUID) -> list[dict[str, Any]]:
    """What happened, the oldest first; empty if there is no such complaint."""
    received = select(
        complaint.c.received_at.label("at"),
        literal("complaint_received").label("what"),
        complaint.c.receipt_number.label("detail"),
        literal("intake").label("publisher"),
        literal(1).label("sequence"),
    ).where(complaint.c.complaint_id == complaint_id)
    followed = select(
        history.c.at, history.c.what, history.c.detail, history.c.publisher, history.c.sequence
    ).where(history.c.complaint_id == complaint_id)
    rows = await connection.execute(union_all(received, followed))
    found = [dict(row) for row in rows.mappings()]
    return sorted(
        found, key=lambda row: (row["at"], row["publisher"] != "intake", row["publisher"], row["sequence"])
    )


async def _first(connection: AsyncConnection, statement: Select[Any]) -> dict[str, Any] | None:
    row = (await connection.execute(statement)).mappings().first()
    return _with_promise(dict(row)) if row else None


def _with_promise(row: dict[str, Any]) -> dict[str, Any]:
    """The four columns of the next promise as one object, or null."""
    kind, due_at = row.pop("promise_kind"), row.pop("promise_due_at")
    state, left = row.pop("promise_state"), row.pop("promise_seconds_left")
    row["next_promise"] = None
    if kind is not None:
        row["next_promise"] = {"kind": kind, "due_at": due_at, "state": state, "seconds_left": round(left)}
    return row
