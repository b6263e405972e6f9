"""Intake: accepts complaints from any channel and shows their status."""

from shared.bus.event_log import EventLog
from shared.runtime.idempotency import answer_once
from shared.runtime.policy import load_policy
from shared.runtime.sealing import Sealer
from shared.runtime.service import Service
from shared.runtime.settings import Settings

from . import api, doors, metrics, understanding_api
from .accept import Acceptance
from .categories import Categories
from .group_commit import GroupCommit
from .policy import IntakePolicy
from .reactions import reactions
from .read_contact import ContactReader

OPEN_TO_ALL = ("/intake/v1/providers/", "/intake/v1/form")
"""Paths of callers who have no token: providers and customers."""


def create_service(settings: Settings, event_log: EventLog) -> Service:
    """The service with everything it serves and hears."""
    policy = load_policy(IntakePolicy, "intake", settings.policy_file)
    service = Service("intake", settings, event_log)
    categories = Categories()
    acceptance = Acceptance(service.unit_of_work, policy, Sealer(settings.keys), categories)
    service.decides_by(policy)
    service.serves(
        doors.router,
        api.router,
        understanding_api.router,
        policy=policy,
        reader=ContactReader(policy),
        accepting=GroupCommit(acceptance.accept),
        categories=categories,
    )
    service.hears(("routing", "sla", "notify", "feedback", "marketing"), reactions())
    service.samples(metrics.sample)
    answer_once(service, OPEN_TO_ALL)
    return service
