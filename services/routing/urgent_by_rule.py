"""Tells that a rule by the people who run it has made complaints urgent, and lets their customers hear how far they are."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.routing import UrgencyChanged
from shared.events.vocabulary import Urgency

from .compiled_rules import Ruling
from .desk import Desk
from .follow_rule import urgency_of
from .news_due import news_due
from .urgency import arm_news

BY_RULE = "RULE"


class Urgent(NamedTuple):
    """A complaint that was heard of, and the rule that applies to it."""

    because_of: Envelope[Any]
    ruling: Ruling


async def tell_urgent(desk: Desk, tx: Transaction, ruled: Iterable[Urgent]) -> None:
    """Tell of those that a rule makes urgent; the others cost nothing."""
    news = {}
    for envelope, ruling in ruled:
        urgency = urgency_of(ruling.route)
        if urgency is Urgency.NORMAL:
            continue
        complaint_id = envelope.event.complaint_id
        news[complaint_id] = news_due(urgency, tx.now, desk.policy.urgency)
        tx.publish(
            UrgencyChanged(
                complaint_id=complaint_id,
                urgency=urgency,
                by=BY_RULE,
                rule=ruling.rule,
                rules_version=ruling.version,
                changed_at=tx.now,
                next_news_at=news[complaint_id],
            ),
            because_of=envelope,
        )
    await arm_news(tx, news)
