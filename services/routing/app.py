"""Routing: decides who answers for a complaint and who works on it."""

from shared.bus.event_log import EventLog
from shared.bus.pacing import Pace
from shared.events.routing import OwnerNamed
from shared.runtime.policy import load_policy
from shared.runtime.sealing import Sealer
from shared.runtime.service import Service
from shared.runtime.settings import Settings

from .answers import answer_timers
from .answers_api import router as answers_router
from .api import router
from .appeals import appeal_timers
from .appeals_api import router as appeals_router
from .chase_api import router as chase_router
from .compensate_children import children_timers
from .contacts_api import router as contacts_router
from .desk import Desk
from .endings_api import router as endings_router
from .hear_incidents import incident_timers
from .metrics import sample
from .ownership_api import router as ownership_router
from .policy import RoutingPolicy
from .queue_api import router as queue_router
from .reactions import reactions
from .remedy_api import router as remedy_router
from .report_unclear import unclear_timers
from .rule_book import RuleBook
from .rules_api import router as rules_router
from .staff_api import router as staff_router
from .staff_file import load_staff
from .staff_list import StaffList
from .standard_answers_api import router as standard_answers_router
from .talk_api import router as talk_router
from .tasks_api import router as tasks_router
from .transfer_api import router as transfer_router
from .transfer_case import timers
from .unfinished_tasks import task_timers
from .unpaid_remedies import remedy_timers
from .urgency import urgency_timers
from .waiting import waiting_timers
from .work_together import WorkTogether


def create_service(settings: Settings, event_log: EventLog) -> Service:
    """The service with everything it serves and hears."""
    policy = load_policy(RoutingPolicy, "routing", settings.policy_file)
    staff = StaffList(load_staff(settings.staff_file))
    sealer, rule_book = Sealer(settings.keys), RuleBook()
    service = Service("routing", settings, event_log)
    service.serves(
        router,
        staff_router,
        transfer_router,
        ownership_router,
        endings_router,
        appeals_router,
        queue_router,
        chase_router,
        remedy_router,
        answers_router,
        tasks_router,
        rules_router,
        contacts_router,
        talk_router,
        standard_answers_router,
    )

    def decide_by(policy: RoutingPolicy) -> None:
        desk = Desk(policy, staff, sealer, settings.member_id, rule_book)
        service.serves(desk=desk, together=WorkTogether(service.unit_of_work, desk))
        service.hears(("intake", "sla", "feedback"), reactions(desk), Pace.PROMPT)
        service.fires(
            timers(desk)
            | waiting_timers()
            | answer_timers(desk)
            | task_timers(desk)
            | urgency_timers(desk)
            | unclear_timers(desk)
            | appeal_timers(desk)
            | incident_timers(desk)
            | children_timers(desk)
            | remedy_timers(desk)
        )

    service.decides_by(policy, decide_by)
    service.tells_at_once(OwnerNamed)
    service.samples(sample)
    return service
