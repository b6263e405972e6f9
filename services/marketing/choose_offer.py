"""Decides which offer of the catalogue fits a customer's complaint best, or that none does."""

from typing import NamedTuple

from shared.events.vocabulary import Channel, Grade, Severity

from .policy import FitPolicy, MarketingPolicy


class Need(NamedTuple):
    """What a complaint tells of its customer's needs."""

    case_type: str
    category: str | None
    grade: Grade
    severity: Severity
    channel: Channel


class Choice(NamedTuple):
    """An offer of the catalogue and how well it fits, 0 to 1."""

    template: str
    fit: float


def choose_offer(need: Need, policy: MarketingPolicy) -> Choice | None:
    """The best fitting offer; of two alike the first in the catalogue, none below the least fit (10.3)."""
    fits = [
        Choice(name, fit_of(template.fits, need))
        for name, template in policy.offers.items()
        if template.offered
    ]
    best = max(fits, key=lambda choice: choice.fit, default=None)
    return best if best and best.fit > 0 and best.fit >= policy.choice.min_fit else None


def fit_of(fits: FitPolicy, need: Need) -> float:
    """10.3: the share of the listed kinds of need that are met, 0 to 1.

    An offer that lists case types softens those causes only: it fits no other at all.
    """
    if fits.case_types and need.case_type not in fits.case_types:
        return 0.0
    met = [
        value in listed
        for listed, value in (
            (fits.case_types, need.case_type),
            (fits.categories, need.category),
            (fits.grades, need.grade),
            (fits.severities, need.severity),
            (fits.channels, need.channel),
        )
        if listed
    ]
    return sum(met) / len(met)
