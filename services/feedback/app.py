"""Feedback: asks each customer whether it was put right, and learns from the answers."""

from shared.bus.event_log import EventLog
from shared.runtime.policy import load_policy
from shared.runtime.sealing import Sealer
from shared.runtime.service import Service
from shared.runtime.settings import Settings

from .answer_question import Answers
from .api import router
from .metrics import sample
from .policy import FeedbackPolicy
from .reactions import reactions, timers


def create_service(settings: Settings, event_log: EventLog) -> Service:
    """The service with everything it serves, hears and fires."""
    policy = load_policy(FeedbackPolicy, "feedback", settings.policy_file)
    service = Service("feedback", settings, event_log)
    service.serves(router)

    def decide_by(policy: FeedbackPolicy) -> None:
        service.serves(answers=Answers(service.unit_of_work, policy))
        service.hears(("intake", "routing"), reactions(policy))

    service.decides_by(policy, decide_by)
    service.fires(timers(Sealer(settings.keys)))
    service.samples(sample)
    return service
