"""Decides whether a customer may hear of an offer after a complaint; every gate that is shut is a reason."""

from typing import NamedTuple

from shared.events.vocabulary import ClosingGround, Severity, WithholdReason

from .policy import MarketingPolicy


class Situation(NamedTuple):
    """What is known of a complaint and its customer when it closes.

    satisfied: the answer about this resolution, None if there was none; category: a path like A/B, if known;
    other_open: their other complaints that are still open; complaints, offers: how many within the
    policy's periods, this complaint included.
    """

    ground: ClosingGround
    satisfied: bool | None
    severity: Severity
    case_type: str
    category: str | None
    repeat_index: int
    reopenings: int
    other_open: int
    complaints: int
    offers: int
    consent: bool


def gate(situation: Situation, policy: MarketingPolicy) -> tuple[WithholdReason, ...]:
    """Every reason to leave the customer in peace, in the order of the rules; none if an offer may be made.

    OF-1: the customer confirmed the solution; silence does not. OF-2: they are satisfied. OF-4: no other
    complaint of theirs is open. OF-5: it was no severe failure, and nothing that destroys trust. OF-6: it was
    the first failure. OF-7: they consent. CAP-1, CAP-2: they have not had their offers already.
    """
    held = {
        WithholdReason.NOT_CONFIRMED: situation.ground is ClosingGround.CONFIRMED,
        WithholdReason.NOT_SATISFIED: situation.satisfied is True,
        WithholdReason.OTHER_COMPLAINT_OPEN: situation.other_open == 0,
        WithholdReason.SEVERE_FAILURE: not _was_severe(situation, policy),
        WithholdReason.SECOND_FAILURE: _was_first_failure(situation, policy),
        WithholdReason.NO_CONSENT: situation.consent,
        WithholdReason.ALREADY_OFFERED: situation.offers < policy.cap.most_offers,
    }
    return tuple(reason for reason, holds in held.items() if not holds)


def _was_severe(situation: Situation, policy: MarketingPolicy) -> bool:
    about = {situation.case_type, *(situation.category or "").split("/")}
    severe = situation.severity in policy.gate.never_after_severities
    return severe or not about.isdisjoint(policy.gate.never_after_case_types)


def _was_first_failure(situation: Situation, policy: MarketingPolicy) -> bool:
    return (
        situation.repeat_index <= policy.gate.highest_repeat_index
        and situation.reopenings <= policy.gate.most_reopenings
        and situation.complaints <= policy.gate.most_complaints
    )
