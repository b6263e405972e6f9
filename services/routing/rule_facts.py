"""What rules may ask of a complaint, as it was heard of; kept with the decision."""

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shared.events import Envelope
from shared.events.intake import ComplaintReceived
from shared.events.vocabulary import Grade, Urgency

from .compiled_rules import Ruling
from .desk import Desk
from .follow_rule import Route, key_desk, urgency_of, weighed
from .news_due import reweighed
from .queue_order import base_priority

_SAME = (
    *("channel", "kind", "case_type", "severity", "grade", "language", "risk_score", "repeat_index"),
    *("abusive", "conflict_of_interest"),
)
_MAYBE = ("category", "area", "department", "desired_remedy", "taken_by")


class Routed(NamedTuple):
    """Which rule applies, whether it goes to the desk of key accounts by policy, and which way it goes."""

    ruling: Ruling
    desk: str | None
    route: Route


class Ruled(NamedTuple):
    """A complaint heard of, what rules may ask of it, which one applies, which way it goes, and its priority score."""

    envelope: Envelope[ComplaintReceived]
    facts: dict[str, Any]
    ruling: Ruling
    desk: str | None
    route: Route
    priority: float


def ruled(desk: Desk, envelope: Envelope[ComplaintReceived]) -> Ruled:
    """What the rules of this moment say of a complaint."""
    event = envelope.event
    base = base_priority(event.priority, event.severity, event.grade, desk.policy.queue)
    facts = facts_of(event, base, desk.zone)
    ruling, own_desk, route = routed(desk, facts)
    points = reweighed(weighed(base, route), Urgency.NORMAL, urgency_of(route), desk.policy.urgency)
    return Ruled(envelope, facts, ruling, own_desk, route, points)


def routed(desk: Desk, facts: dict[str, Any]) -> Routed:
    """Which way a complaint with these facts goes."""
    ruling = desk.rules.active.first(facts)
    own_desk = key_desk(ruling.route, Grade(facts["grade"]), desk.directory, desk.policy.key_accounts)
    route = ruling.route._replace(department=own_desk) if own_desk else ruling.route
    return Routed(ruling, own_desk, route)


def facts_of(event: ComplaintReceived, priority: float, zone: ZoneInfo) -> dict[str, Any]:
    """The published fields (rule_fields.py) of this complaint. `priority`: of its first moment."""
    local = event.received_at.astimezone(zone)
    facts: dict[str, Any] = {name: getattr(event, name) for name in _SAME}
    facts |= {name: getattr(event, name) or "" for name in _MAYBE}
    return facts | {
        "customer_id": str(event.customer_id),
        "priority": priority,
        "hour": local.hour,
        "weekday": local.isoweekday(),
        "is_fault": bool(event.is_fault),
        "tells_of_trouble": event.tells_of_trouble is not False,
        "also_asked": list(event.also_asked),
        "tags": list(event.tags),
        "motives": list(event.motives),
    }
