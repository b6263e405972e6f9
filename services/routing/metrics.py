"""What operators see of routing. That no complaint is without an owner is a gauge which must be 0."""

from enum import StrEnum

from prometheus_client import Counter, Gauge

from shared.bus.database import Database
from shared.bus.statement import Statement
from shared.events.intake import ComplaintReceived
from shared.events.vocabulary import ClosingGround, OwnerChangeReason, ReopenReason, TransferReason

from .name_owner import OwnerRule
from .next_state import ENDED, State

OWNED = Counter("redress_complaints_owned_total", "Complaints whose owner was named, by rule.", ["rule"])
TRANSFERS = Counter("redress_transfers_total", "Hand-overs of the handling, by reason.", ["reason"])
OWNER_CHANGES = Counter(
    "redress_owner_changes_total", "Complaints that got another owner, by reason.", ["reason"]
)
REOPENED = Counter("redress_complaints_reopened_total", "Complaints opened again, by reason.", ["reason"])
CLOSED = Counter("redress_complaints_closed_total", "Complaints closed, by ground.", ["ground"])
OPEN = Gauge("redress_complaints_in_work", "Complaints that have not ended.", ["state"])
OWNERLESS = Gauge("redress_complaints_ownerless", "Complaints heard of that have no owner; must be 0.")

OPEN_STATES = tuple(state for state in State if state not in ENDED)

_LABELS: dict[Counter, type[StrEnum]] = {
    OWNED: OwnerRule,
    TRANSFERS: TransferReason,
    OWNER_CHANGES: OwnerChangeReason,
    REOPENED: ReopenReason,
    CLOSED: ClosingGround,
}
for counter, values in _LABELS.items():
    for value in values:
        counter.labels(value)

_IN_WORK = Statement("SELECT state, count(*) FROM complaint WHERE state <> 'CLOSED' GROUP BY state")
_WITHOUT_OWNER = Statement("SELECT count(*) FROM held WHERE type = :received")


async def sample(database: Database) -> None:
    """Set the gauges from the database."""
    counts = dict(await database.fetch(_IN_WORK, {}))
    for state in OPEN_STATES:
        OPEN.labels(state).set(counts.get(state, 0))
    # A row has its owner from its first moment; without one are only those that wait or are parked.
    [(waiting,)] = await database.fetch(_WITHOUT_OWNER, {"received": ComplaintReceived.type})
    OWNERLESS.set(waiting)
