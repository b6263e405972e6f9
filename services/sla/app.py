"""Sla: knows when each promise is due and says when it is late."""

from shared.bus.event_log import EventLog
from shared.runtime.policy import load_policy
from shared.runtime.service import Service
from shared.runtime.settings import Settings

from .addressee_doors import router as addressee_doors
from .api import router
from .calendar_doors import router as calendar_doors
from .calendar_store import Timekeeper
from .contract_doors import router as contract_doors
from .customer_calls import calls
from .extension_doors import router as extension_doors
from .feed_doors import router as feed_doors
from .holdings import holding
from .metrics import sampler
from .news_doors import router as news_doors
from .outage_doors import router as outage_doors
from .overdue_doors import router as overdue_doors
from .pause_doors import router as pause_doors
from .pause_promises import timers as pausing
from .policy import SlaPolicy
from .reactions import in_turn, reactions
from .recompute import timers as recomputing
from .recount import timers as recounting
from .regulator_clocks import timers
from .report_doors import router as report_doors
from .setup_doors import router as setup_doors
from .share_doors import router as share_doors
from .superior_doors import router as superior_doors
from .superior_promises import superiors
from .swap_pages import timers as paging
from .swap_targets import timers as swapping
from .target_doors import router as target_doors
from .watch_internal import answering, internal_timers
from .watch_outages import outage_timers, outages
from .what_if_doors import router as what_if_doors


def create_service(settings: Settings, event_log: EventLog) -> Service:
    """The service with everything it serves, hears and fires."""
    policy = load_policy(SlaPolicy, "sla", settings.policy_file)
    service = Service("sla", settings, event_log)
    service.serves(
        router,
        addressee_doors,
        calendar_doors,
        contract_doors,
        extension_doors,
        feed_doors,
        news_doors,
        outage_doors,
        overdue_doors,
        pause_doors,
        report_doors,
        setup_doors,
        share_doors,
        superior_doors,
        target_doors,
        what_if_doors,
    )

    def decide_by(policy: SlaPolicy) -> None:
        keeper = Timekeeper(policy)
        service.serves(timekeeper=keeper, policy=policy)
        service.hears(
            ("intake", "routing", "notify"),
            in_turn(
                reactions(policy, keeper),
                holding(),
                outages(policy),
                answering(),
                superiors(policy, keeper),
                calls(),
            ),
        )
        firing = (internal_timers, pausing, timers, recomputing, recounting, swapping, paging, outage_timers)
        service.fires({kind: fire for made in firing for kind, fire in made(policy, keeper).items()})
        service.samples(sampler(policy.horizon_warning_days))

    service.decides_by(policy, decide_by)
    return service
