"""Marketing: offers a well-served customer something fitting, and leaves everybody else in peace."""

from shared.bus.event_log import EventLog
from shared.runtime.policy import load_policy
from shared.runtime.service import Service
from shared.runtime.settings import Settings

from .api import router
from .policy import MarketingPolicy
from .reactions import HEARS, reactions


def create_service(settings: Settings, event_log: EventLog) -> Service:
    """The service with everything it serves and hears."""
    policy = load_policy(MarketingPolicy, "marketing", settings.policy_file)
    service = Service("marketing", settings, event_log)
    service.decides_by(policy, lambda policy: service.hears(HEARS, reactions(policy)))
    service.serves(router)
    return service
