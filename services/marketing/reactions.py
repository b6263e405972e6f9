"""What marketing does when it hears of a complaint or of a customer's consent."""

from collections.abc import Sequence
from functools import partial

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.feedback import SatisfactionAnswered
from shared.events.intake import ComplaintReceived, ConsentChanged
from shared.events.routing import ComplaintClosed, ComplaintReopened

from .decide_offers import decide_offers
from .known_facts import keep_answers, keep_complaints, keep_consent, keep_reopenings
from .latest_consent import Word
from .policy import MarketingPolicy

HEARS = ("intake", "routing", "feedback")


def reactions(policy: MarketingPolicy) -> Reactions:
    """What to do on which event."""
    return {
        ComplaintReceived: remember_complaints,
        ConsentChanged: note_consent,
        SatisfactionAnswered: note_answers,
        ComplaintReopened: note_reopenings,
        ComplaintClosed: partial(decide_offers, policy),
    }


async def remember_complaints(tx: Transaction, received: Sequence[Envelope[ComplaintReceived]]) -> None:
    """Keep the complaint, and the customer's consent as it stood then."""
    await keep_complaints(tx, received)
    await keep_consent(
        tx, [Word(e.event.customer_id, e.event.marketing_consent, e.recorded_at) for e in received]
    )


async def note_consent(tx: Transaction, changed: Sequence[Envelope[ConsentChanged]]) -> None:
    """The last word counts, from now on (OF-7)."""
    await keep_consent(tx, [Word(e.event.customer_id, e.event.marketing, e.recorded_at) for e in changed])


async def note_answers(tx: Transaction, answered: Sequence[Envelope[SatisfactionAnswered]]) -> None:
    """Keep what the customers think of the resolution."""
    await keep_answers(tx, answered)


async def note_reopenings(tx: Transaction, reopened: Sequence[Envelope[ComplaintReopened]]) -> None:
    """It was not put right at the first attempt."""
    await keep_reopenings(tx, reopened)
