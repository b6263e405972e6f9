"""Metrics that every service has; labels come from closed sets and never hold ids, numbers or text of people."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_SECONDS = Histogram(
    "redress_http_request_seconds",
    "Time to answer a request, by route template.",
    ["service", "method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
EVENTS_PUBLISHED = Counter(
    "redress_events_published_total", "Events moved from the outbox to the log.", ["service"]
)
RELAY_FAILURES = Counter("redress_relay_failures_total", "Relay attempts that failed.", ["service"])
OUTBOX_ROWS = Gauge("redress_outbox_rows", "Events written and not yet in the log.", ["service"])
OUTBOX_OLDEST = Gauge(
    "redress_outbox_oldest_seconds", "Age of the oldest event not yet in the log.", ["service"]
)
EVENTS_APPLIED = Counter("redress_events_applied_total", "Events that took effect.", ["service"])
EVENTS_DUPLICATE = Counter(
    "redress_events_duplicate_total", "Events dropped because they had taken effect.", ["service"]
)
EVENTS_HELD = Gauge("redress_events_held", "Events that wait for an earlier one.", ["service"])
HELD_OLDEST = Gauge(
    "redress_events_held_oldest_seconds", "Age of the event that has waited longest.", ["service"]
)
EVENTS_PARKED = Gauge(
    "redress_events_parked", "Events parked for a person, and records that are none.", ["service"]
)
LAG = Gauge("redress_consumer_lag_records", "Records stored and not yet read.", ["service", "topic"])
TIMERS_ARMED = Gauge("redress_timers_armed", "Timers that wait for their time.", ["service"])
TIMERS_OVERDUE = Gauge(
    "redress_timers_overdue_seconds", "Lateness of the oldest timer that is due.", ["service"]
)
TIMERS_FIRED = Counter("redress_timers_fired_total", "Timers fired.", ["service"])
