"""Notify: tells people, once, on the channel they want."""

from shared.bus.event_log import EventLog
from shared.runtime.policy import load_policy
from shared.runtime.sealing import Sealer
from shared.runtime.service import Service
from shared.runtime.settings import Settings

from .api import router
from .dispatcher import Dispatcher
from .file_sender import FileSender
from .http_sender import HttpSender
from .incidents import incident_timers
from .messages import Messages
from .metrics import sample
from .policy import NotifyPolicy
from .reactions import HEARS, reactions
from .record_outcomes import give_up_lost_for_ever
from .sender import Sender
from .texts import load_texts


def create_service(settings: Settings, event_log: EventLog) -> Service:
    """The service with everything it serves, hears and does by itself."""
    policy = load_policy(NotifyPolicy, "notify", settings.policy_file)
    load_texts(policy)
    sealer = Sealer(settings.keys)
    sender = choose_sender(settings, policy)
    service = Service("notify", settings, event_log)
    dispatcher = None
    if sender is not None:
        dispatcher = Dispatcher(
            service.unit_of_work,
            sender,
            sealer,
            policy,
            public_url=settings.public_url,
            drain_seconds=settings.drain_seconds,
        )
        service.runs(dispatcher.run)

    def decide_by(policy: NotifyPolicy) -> None:
        texts = load_texts(policy)
        if dispatcher is None:
            messages = Messages(policy, texts, sealer, served=(), wake=lambda: None)
        else:
            messages = Messages(policy, texts, sealer, served=policy.served_channels, wake=dispatcher.wake)
            dispatcher.decides_by(policy)
        if isinstance(sender, HttpSender):
            sender.timeout = policy.handover.timeout
        service.hears(HEARS, reactions(messages))
        service.fires(incident_timers(messages))

    keeper = service.decides_by(policy, decide_by, check=load_texts)
    service.runs(lambda: give_up_lost_for_ever(service.unit_of_work, lambda: keeper.now.handover))
    service.serves(router)
    service.samples(sample)
    return service


def choose_sender(settings: Settings, policy: NotifyPolicy) -> Sender | None:
    """The provider at outbound_url, else files in outbound_folder. With neither, nothing can be sent."""
    if settings.outbound_url:
        return HttpSender(settings.outbound_url, timeout=policy.handover.timeout)
    return FileSender(settings.outbound_folder) if settings.outbound_folder else None
