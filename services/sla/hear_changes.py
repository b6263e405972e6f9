"""Swaps targets where a complaint turns out more severe, or its customer has a higher grade (section 2.4)."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import (
    ComplaintJoinedIncident,
    ComplaintJudgedAgain,
    ContactAttached,
    GradeRaised,
)
from shared.events.vocabulary import PauseReason

from .calendar_store import Timekeeper
from .pause_promises import End as EndOfPause
from .pause_promises import end_pauses
from .pauses import Because
from .policy import SlaPolicy
from .regrade import Cause, News
from .swap_targets import Swap, swap_targets


def changes(policy: SlaPolicy, keeper: Timekeeper) -> Reactions:
    """What to do on which event that may change what a complaint is promised."""
    return {
        ContactAttached: partial(hear_the_customer, policy, keeper),
        GradeRaised: partial(swap_for_the_grade, policy, keeper),
        ComplaintJudgedAgain: partial(swap_for_late_words, policy, keeper),
        ComplaintJoinedIncident: partial(swap_for_the_incident, policy, keeper),
    }


async def hear_the_customer(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, attached: Sequence[Envelope[ContactAttached]]
) -> None:
    """Who was waited for has spoken, on whatever channel: the clock goes on at once (PAU-4).

    What they say now may be more severe than what they said at first.
    """
    ends = [
        EndOfPause(
            envelope.event.complaint_id,
            envelope.event.received_at,
            Because.CUSTOMER,
            envelope,
            only=PauseReason.WAIT_CUSTOMER,
        )
        for envelope in attached
    ]
    await end_pauses(tx, policy, keeper, ends)
    swaps = [_swap(envelope, News(Cause.CONTACT, severity=envelope.event.severity)) for envelope in attached]
    await swap_targets(tx, policy, keeper, swaps)


async def swap_for_the_grade(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, raised: Sequence[Envelope[GradeRaised]]
) -> None:
    """The customer has a higher grade now: open promises are made quicker (section 1.2)."""
    swaps = [
        _swap(envelope, News(Cause.GRADE, e.severity, e.severity_rule, e.grade))
        for envelope in raised
        for e in (envelope.event,)
    ]
    await swap_targets(tx, policy, keeper, swaps)


async def swap_for_late_words(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, judged: Sequence[Envelope[ComplaintJudgedAgain]]
) -> None:
    """Words that came after their contact may be more severe than the first ones."""
    swaps = [
        _swap(envelope, News(Cause.CONTACT, e.severity, e.severity_rule))
        for envelope in judged
        for e in (envelope.event,)
    ]
    await swap_targets(tx, policy, keeper, swaps)


async def swap_for_the_incident(
    policy: SlaPolicy,
    keeper: Timekeeper,
    tx: Transaction,
    joined: Sequence[Envelope[ComplaintJoinedIncident]],
) -> None:
    """One of many about an incident is as severe as that at least (REP-8)."""
    swaps = [_swap(envelope, News(Cause.INCIDENT, severity=envelope.event.severity)) for envelope in joined]
    await swap_targets(tx, policy, keeper, swaps)


def _swap(envelope: Envelope[Any], news: News) -> Swap:
    return Swap(envelope.event.complaint_id, news, because_of=envelope)
