"""Notify: tells people, once, on the channel they want."""

from functools import partial

from shared.bus.event_log import EventLog
from shared.runtime.policy import load_policy
from shared.runtime.sealing import Sealer
from shared.runtime.service import Service
from shared.runtime.settings import Settings

from .api import router
from .dispatcher import Dispatcher
from .file_sender import FileSender
from .http_sender import HttpSender
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
    texts = load_texts(policy)
    sealer = Sealer(settings.keys)
    sender = choose_sender(settings, policy)
    service = Service("notify", settings, event_log)
    service.decides_by(policy)
    if sender is None:
        messages = Messages(policy, texts, sealer, served=(), wake=lambda: None)
    else:
        dispatcher = Dispatcher(
            service.unit_of_work,
            sender,
            sealer,
            policy,
            public_url=settings.public_url,
            drain_seconds=settings.drain_seconds,
        )
        messages = Messages(policy, texts, sealer, served=policy.served_channels, wake=dispatcher.wake)
        service.runs(dispatcher.run)
    service.runs(partial(give_up_lost_for_ever, service.unit_of_work, policy.handover.look_for_lost))
    service.hears(HEARS, reactions(messages))
    service.serves(router)
    service.samples(sample)
    return service


def choose_sender(settings: Settings, policy: NotifyPolicy) -> Sender | None:
    """The provider at outbound_url, else files in outbound_folder. With neither, nothing can be sent."""
    if settings.outbound_url:
        return HttpSender(settings.outbound_url, timeout=policy.handover.timeout)
    return FileSender(settings.outbound_folder) if settings.outbound_folder else None
