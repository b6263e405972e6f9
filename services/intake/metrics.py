"""What operators see of intake."""

from typing import get_args

from prometheus_client import Counter, Gauge

from shared.bus.database import Database
from shared.bus.statement import Statement

from .next_status import Status
from .provider_accounts import Kind as ProviderKind

CHANNELS = ("phone", "web", "sms")
FIELD_CLASSES = ("body", "key", "time", "text", "customer", "number", "other")
OPEN_STATUSES = tuple(status for status in Status if status is not Status.CLOSED)

RECEIVED = Counter("redress_complaints_received_total", "Contacts that became a complaint.", ["channel"])
ALREADY_KNOWN = Counter(
    "redress_contacts_already_known_total", "Contacts whose key had been taken before.", ["channel"]
)
ATTACHED = Counter(
    "redress_contacts_attached_total", "Contacts that belong to a complaint known before.", ["channel"]
)
RECEIVED_BY = {channel: RECEIVED.labels(channel) for channel in CHANNELS}
ATTACHED_BY = {channel: ATTACHED.labels(channel) for channel in CHANNELS}
ALREADY_KNOWN_BY = {channel: ALREADY_KNOWN.labels(channel) for channel in CHANNELS}
REFUSED = Counter(
    "redress_contacts_refused_total", "Contacts refused with 4xx, by what was wrong.", ["channel", "field"]
)
FROM_PROVIDERS = Counter(
    "redress_from_providers_total",
    "What providers told, by what became of it: taken, parked, refused for its signature, failed and to come again.",
    ["kind", "outcome"],
)
FORMS_DOUBTED = Counter(
    "redress_forms_doubted_total",
    "Forms that were asked for once more, by why they looked like a machine's.",
    ["why"],
)
for _why in ("trap", "fast", "old"):
    FORMS_DOUBTED.labels(_why)
VISITS_REFUSED = Counter(
    "redress_visits_refused_total",
    "Visits without a token that came too often, by what was wanted.",
    ["what"],
)
for _what in ("pages", "forms", "files", "guesses"):
    VISITS_REFUSED.labels(_what)
SUGGESTIONS = Counter(
    "redress_suggested_categories_total",
    "Looks at suggested categories, by how the likeliest stood to the one somebody told.",
    ["outcome"],
)
SUGGESTIONS_BY = {outcome: SUGGESTIONS.labels(outcome) for outcome in ("agrees", "differs", "alone", "none")}
CALLS_MISSING = Counter(
    "redress_calls_missing_total", "Calls of which only reconciliation with a list of calls has told."
)
PARKED_PAYLOADS = Gauge("redress_parked_payloads", "Payloads of providers that wait for a person.")
COMPLAINTS_OPEN = Gauge("redress_complaints_open", "Complaints that are not closed.", ["status"])

for _kind in get_args(ProviderKind):
    for _outcome in ("taken", "parked", "refused", "failed"):
        FROM_PROVIDERS.labels(_kind, _outcome)

for _channel in CHANNELS:
    for _field in FIELD_CLASSES:
        REFUSED.labels(_channel, _field)

_CLASS_OF_FIELD = {
    "body": "body",
    "contact_key": "key",
    "call_id": "key",
    "message_id": "key",
    "provider": "key",
    "occurred_at": "time",
    "started_at": "time",
    "text": "text",
    "customer": "customer",
    "caller_number": "number",
    "from": "number",
    "to": "number",
}

_COUNT_PARKED = Statement("SELECT count(*) FROM parked_payload WHERE state = 'PARKED'")
_COUNT_OPEN = Statement(
    """
    SELECT status, count(*) FROM complaint
    WHERE status <> 'CLOSED' AND status NOT IN ('REJECTED', 'CANCELLED') GROUP BY status
    """
)


def field_class(field: str) -> str:
    """The class of a refused field; never the caller's own words."""
    return _CLASS_OF_FIELD.get(field, "other")


async def sample(database: Database) -> None:
    """Set the gauges from the database."""
    counts = dict(await database.fetch(_COUNT_OPEN, {}))
    for status in OPEN_STATUSES:
        COMPLAINTS_OPEN.labels(status).set(counts.get(status, 0))
    [(parked,)] = await database.fetch(_COUNT_PARKED, {})
    PARKED_PAYLOADS.set(parked)
