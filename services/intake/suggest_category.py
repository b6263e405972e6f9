"""Decides which categories are suggested beside a complaint; a suggestion is shown to a person and decides nothing."""

from collections.abc import Mapping
from typing import NamedTuple

from .policy import SuggestionPolicy


class Suggestion(NamedTuple):
    """A category, and how likely it is by the model."""

    category: str
    probability: float


def suggest_category(probabilities: Mapping[str, float], policy: SuggestionPolicy) -> tuple[Suggestion, ...]:
    """The likeliest categories first, as many as the policy shows, none that is too unlikely to be worth a look."""
    likeliest = sorted(probabilities.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Suggestion(category, round(share, 3))
        for category, share in likeliest[: policy.most]
        if share >= policy.likely_from
    )


def agreement(suggested: tuple[Suggestion, ...], told: str | None) -> str:
    """How the likeliest suggestion stands to the category that somebody told: agrees, differs, alone or none."""
    if not suggested:
        return "none"
    if told is None:
        return "alone"
    return "agrees" if suggested[0].category == told else "differs"
