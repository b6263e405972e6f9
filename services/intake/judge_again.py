"""Decides what words that came late make of a complaint: more severe perhaps, and better understood; never milder."""

from typing import NamedTuple

from shared.events.vocabulary import Severity, Tag

from .case_type import CaseType
from .judge_risk import Risk, add_tags
from .judge_severity import Judgement
from .policy import RiskPolicy
from .raise_severity import Found


class Standing(NamedTuple):
    """How a complaint stands."""

    severity: Severity
    severity_rule: str
    case_type: CaseType
    tags: tuple[Tag, ...]
    risk: Risk
    abusive: bool
    tells_of_trouble: bool


def judge_again(before: Standing, found: Found, judgement: Judgement, policy: RiskPolicy) -> Standing:
    """SEV-1..4: the whole text may raise what the first words told; `before` itself if it tells nothing new.

    found: the severity by the whole text, the amount and the customer's grade. What the first words told stays, even if
    the whole sounds milder: only a person makes a complaint milder.
    """
    severity, rule = found if found.severity < before.severity else (before.severity, before.severity_rule)
    new = tuple(tag for tag in judgement.tags if tag not in before.tags)
    unknown = before.case_type is CaseType.COMPLAINT
    return Standing(
        severity,
        rule,
        judgement.case_type if unknown else before.case_type,
        before.tags + new,
        add_tags(before.risk, new, policy),
        before.abusive or judgement.abusive,
        before.tells_of_trouble or judgement.tells_of_trouble,
    )
