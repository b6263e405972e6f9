"""What operators see of routing. That no complaint is without an owner is a gauge which must be 0."""

from enum import StrEnum

from prometheus_client import Counter, Gauge
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.intake import ComplaintReceived
from shared.events.vocabulary import ClosingGround, ReopenReason, TransferReason

from .name_owner import OwnerRule
from .next_state import State
from .tables import complaint

OWNED = Counter("redress_complaints_owned_total", "Complaints whose owner was named, by rule.", ["rule"])
TRANSFERS = Counter("redress_transfers_total", "Hand-overs of the handling, by reason.", ["reason"])
REOPENED = Counter("redress_complaints_reopened_total", "Complaints opened again, by reason.", ["reason"])
CLOSED = Counter("redress_complaints_closed_total", "Complaints closed, by ground.", ["ground"])
OPEN = Gauge("redress_complaints_in_work", "Complaints that are not closed.", ["state"])
OWNERLESS = Gauge("redress_complaints_ownerless", "Complaints heard of that have no owner; must be 0.")

OPEN_STATES = tuple(state for state in State if state is not State.CLOSED)

_LABELS: dict[Counter, type[StrEnum]] = {
    OWNED: OwnerRule,
    TRANSFERS: TransferReason,
    REOPENED: ReopenReason,
    CLOSED: ClosingGround,
}
for counter, values in _LABELS.items():
    for value in values:
        counter.labels(value)

_WITHOUT_OWNER = text("SELECT count(*) FROM held WHERE type = :received")


async def sample(connection: AsyncConnection) -> None:
    """Set the gauges from the database."""
    counted = await connection.execute(
        select(complaint.c.state, func.count())
        .where(complaint.c.state != "CLOSED")
        .group_by(complaint.c.state)
    )
    counts = {row[0]: row[1] for row in counted}
    for state in OPEN_STATES:
        OPEN.labels(state).set(counts.get(state, 0))
    # A row has its owner from its first moment; without one are only those that wait or are parked.
    waiting = await connection.execute(_WITHOUT_OWNER, {"received": ComplaintReceived.type})
    OWNERLESS.set(waiting.scalar_one())
