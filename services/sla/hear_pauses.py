"""Lets promises wait while handling waits, and go on when it goes on or the customer speaks (PAU-1 to PAU-4)."""

from collections.abc import Sequence
from functools import partial

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.routing import (
    ComplaintPaused,
    ComplaintResumed,
)

from .calendar_store import Timekeeper
from .pause_promises import Begin, begin_pauses, end_pauses
from .pause_promises import End as EndOfPause
from .pauses import Because
from .policy import SlaPolicy

_BECAUSE = {
    "CUSTOMER": Because.CUSTOMER,
    "TIME": Because.LIMIT,
    "RESOLVED": Because.RESOLVED,
    "ENDED": Because.ENDED,
}


def pauses_of_handling(policy: SlaPolicy, keeper: Timekeeper) -> Reactions:
    """What to do when handling waits or goes on."""
    return {
        ComplaintPaused: partial(pause_promises, policy, keeper),
        ComplaintResumed: partial(resume_promises, policy, keeper),
    }


async def pause_promises(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, paused: Sequence[Envelope[ComplaintPaused]]
) -> None:
    """Handling waits, so some of the promises do (PAU-1, PAU-2, PAU-3)."""
    begins = [
        Begin(e.pause_id, e.complaint_id, e.reason, e.evidence, e.by, e.paused_at, e.resumes_at, envelope)
        for envelope in paused
        for e in (envelope.event,)
    ]
    await begin_pauses(tx, policy, keeper, begins)


async def resume_promises(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, resumed: Sequence[Envelope[ComplaintResumed]]
) -> None:
    """Handling goes on, and so do the promises."""
    ends = []
    for envelope in resumed:
        because = _BECAUSE.get(envelope.event.because, Because.STAFF)
        ends.append(EndOfPause(envelope.event.complaint_id, envelope.event.resumed_at, because, envelope))
    await end_pauses(tx, policy, keeper, ends)
