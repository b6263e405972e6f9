"""Decides how likely it is that a complaint does harm beyond itself, as points from 0 to 100 with their reasons."""

from collections.abc import Collection
from typing import NamedTuple

from shared.events.vocabulary import Motive, Tag

from .policy import RiskPolicy

_BROKEN = "PROMISES_BROKEN"
_REPEATED = "REPEATED"


class Risk(NamedTuple):
    """reasons: what gave points, the words of Tag and Motive among them."""

    score: int
    reasons: tuple[str, ...]


def judge_risk(
    tags: Collection[Tag],
    motives: Collection[Motive],
    repeat_index: int,
    broken_promises: int,
    policy: RiskPolicy,
) -> Risk:
    """Points for each threat, for each motive that has some, for each broken promise and each repetition.

    A promise that only the customer's words call broken counts as one, if we know of none ourselves.
    """
    points: dict[str, int] = {tag: policy.tags[tag] for tag in tags if tag in policy.tags}
    points |= {motive: policy.motives[motive] for motive in motives if motive in policy.motives}
    broken = max(broken_promises, int(Tag.BROKEN_PROMISE in tags))
    points[_BROKEN] = broken * policy.broken_promise
    points[_REPEATED] = (repeat_index - 1) * policy.repeat
    return Risk(min(sum(points.values()), policy.highest), tuple(why for why, some in points.items() if some))


def add_tags(risk: Risk, tags: Collection[Tag], policy: RiskPolicy) -> Risk:
    """The same risk once these tags are there too; nothing lowers it, nothing counts twice."""
    points: dict[str, int] = {
        tag: policy.tags[tag] for tag in tags if tag in policy.tags and tag not in risk.reasons
    }
    if Tag.BROKEN_PROMISE in tags and _BROKEN not in risk.reasons:
        points[_BROKEN] = policy.broken_promise
    score = min(risk.score + sum(points.values()), policy.highest)
    return Risk(score, (*risk.reasons, *(why for why, some in points.items() if some)))
