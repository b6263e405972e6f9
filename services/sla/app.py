"""Sla: knows when each promise is due and says when it is late."""

from shared.bus.event_log import EventLog
from shared.runtime.policy import load_policy
from shared.runtime.service import Service
from shared.runtime.settings import Settings

from .api import router
from .metrics import sample
from .policy import SlaPolicy
from .reactions import reactions
from .watch import timers


def create_service(settings: Settings, event_log: EventLog) -> Service:
    """The service with everything it serves, hears and fires."""
    policy = load_policy(SlaPolicy, "sla", settings.policy_file)
    service = Service("sla", settings, event_log)
    service.decides_by(policy)
    service.serves(router)
    service.hears(("intake", "routing", "notify"), reactions(policy))
    service.fires(timers(policy))
    service.samples(sample)
    return service
