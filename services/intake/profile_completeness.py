"""Decides how complete a key account's profile is, as points from 0 to 100, and what is missing."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .policy import ProfilePolicy


class Completeness(NamedTuple):
    """missing: what would raise the score, as `section` or `section.field`, in the order of the policy."""

    score: int
    missing: tuple[str, ...]


def profile_completeness(profile: Mapping[str, Any], policy: ProfilePolicy) -> Completeness:
    """The weighted share of what is filled: of a section its fields, of a list its entries, of links their kinds."""
    total, got = 0.0, 0.0
    missing: list[str] = []
    for section, rule in policy.sections.items():
        given = profile.get(section)
        if rule.fields:
            empty = [name for name in rule.fields if not (given or {}).get(name)]
            share = 1 - len(empty) / len(rule.fields)
            missing += [f"{section}.{name}" for name in empty]
        else:
            share = min(len(given or ()) / rule.entries, 1.0)
            missing += [section] if share < 1 else []
        total += rule.weight
        got += rule.weight * share
    return Completeness(round(100 * got / total), tuple(missing))
