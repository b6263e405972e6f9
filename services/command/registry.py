"""Which services there are, and how each is made."""

from importlib import import_module

from shared.bus.event_log import EventLog
from shared.runtime.service import Service
from shared.runtime.settings import Settings

SERVICES = ("intake", "routing", "sla", "notify", "feedback", "marketing")


def create_service(name: str, settings: Settings, event_log: EventLog, *, max_records: int = 500) -> Service:
    """The service called `name`; each service's app.py is its table of contents."""
    service: Service = import_module(f"services.{name}.app").create_service(settings, event_log)
    if service.consumer is not None:
        service.consumer.max_records = max_records
    return service
