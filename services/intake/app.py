"""Intake: accepts complaints from any channel and shows their status."""

from shared.bus.event_log import EventLog
from shared.bus.group_commit import GroupCommit
from shared.events.intake import ComplaintReceived
from shared.runtime.idempotency import answer_once
from shared.runtime.policy import load_policy
from shared.runtime.sealing import Sealer
from shared.runtime.service import Service
from shared.runtime.settings import Settings, SettingsError

from . import (
    api,
    category_suggestions,
    customers_api,
    doors,
    duties_api,
    incidents_api,
    metrics,
    understanding_api,
)
from .accept import Acceptance
from .categories import Categories
from .category_model import CategoryModel, ModelError, load
from .open_doors import doors_decide_by, open_doors
from .policy import IntakePolicy
from .reactions import reactions
from .read_contact import ContactReader

OPEN_TO_ALL = ("/intake/v1/providers/", "/intake/v1/form", "/intake/v1/track/")
"""Paths of callers who have no token: providers and customers."""


def create_service(settings: Settings, event_log: EventLog) -> Service:
    """The service with everything it serves and hears."""
    policy = load_policy(IntakePolicy, "intake", settings.policy_file)
    service = Service("intake", settings, event_log)
    categories = Categories()
    sealer = Sealer(settings.keys)
    service.tells_at_once(ComplaintReceived)
    service.serves(
        doors.router,
        api.router,
        understanding_api.router,
        customers_api.router,
        duties_api.router,
        incidents_api.router,
        category_suggestions.router,
        categories=categories,
        category_model=_model(settings),
    )
    open_doors(service, sealer)

    def decide_by(policy: IntakePolicy) -> None:
        reader = ContactReader(policy)
        accepting = GroupCommit(Acceptance(service.unit_of_work, policy, sealer, categories).accept)
        service.serves(policy=policy, reader=reader, accepting=accepting)
        service.fires(doors_decide_by(service, policy, reader, accepting))

    keeper = service.decides_by(policy, decide_by)
    service.hears(("routing", "sla", "notify", "feedback", "marketing"), reactions())
    service.samples(metrics.sample)
    service.runs(incidents_api.keep_looking(service.unit_of_work, lambda: keeper.now))
    answer_once(service, OPEN_TO_ALL)
    return service


def _model(settings: Settings) -> CategoryModel | None:
    try:
        return load(settings.category_model) if settings.category_model else None
    except ModelError as error:
        raise SettingsError(f"category_model: {error}") from error
