"""What marketing does when it hears of a complaint or of a customer's consent."""

from functools import partial

from shared.bus.consumer import Reactions
from shared.events.feedback import SatisfactionAnswered
from shared.events.intake import ComplaintReceived, ConsentChanged, CustomersMerged, MergeUndone
from shared.events.routing import (
    ComplaintAppealed,
    ComplaintCancelled,
    ComplaintClosed,
    ComplaintRejected,
    ComplaintReopened,
)

from .decide_offers import decide_offers
from .known_facts import (
    keep_answers,
    keep_appeals,
    keep_cancellations,
    keep_complaints,
    keep_consent,
    keep_rejections,
    keep_reopenings,
)
from .merges import keep_merges, undo_merges
from .policy import MarketingPolicy

HEARS = ("intake", "routing", "feedback")


def reactions(policy: MarketingPolicy) -> Reactions:
    """What to do on which event."""
    return {
        ComplaintReceived: keep_complaints,
        ConsentChanged: keep_consent,
        CustomersMerged: keep_merges,
        MergeUndone: undo_merges,
        SatisfactionAnswered: keep_answers,
        ComplaintReopened: keep_reopenings,
        ComplaintRejected: keep_rejections,
        ComplaintCancelled: keep_cancellations,
        ComplaintAppealed: keep_appeals,
        ComplaintClosed: partial(decide_offers, policy),
    }
