"""Puts together what the rules say of a draft: first what it is about, then, its repeat known, how much it weighs."""

from datetime import date

from shared.events.vocabulary import ComplaintKind, Tag

from .category_tree import Category
from .decide_kind import decide_kind
from .draft import Draft
from .judge_repeat import Matter
from .judge_risk import judge_risk
from .policy import IntakePolicy
from .raise_severity import Found, raise_by_amount, raise_by_grade, raise_by_repeat
from .score_priority import score_priority


def read_matter(draft: Draft, category: Category, policy: IntakePolicy) -> Matter:
    """Decide what a draft is about, its grade being decided; the category's case type comes before the words'."""
    told, judgement = draft.contact.particulars, draft.contact.judgement
    draft.category = category
    draft.case_type = category.case_type or judgement.case_type
    found = Found(judgement.severity, judgement.severity_rule)
    found = raise_by_amount(
        found, draft.contact.amount_in_dispute, draft.facts.monthly_fee, policy.severity.amount
    )
    found = raise_by_grade(found, judgement.tags, draft.grade, policy.severity.outage)
    draft.severity, draft.severity_rule = found
    draft.tags = (*judgement.tags, *told.tags)
    draft.kind = decide_kind(draft.case_type, draft.tags, told.passed_on_by, told.accused_staff)
    over_heads = draft.kind in {ComplaintKind.BYPASS, ComplaintKind.STAFF_BYPASS}
    stands_alone = over_heads or told.accused_staff is not None
    return Matter(draft.case_type, draft.contact.category, draft.severity, stands_alone)


def weigh(draft: Draft, past_tags: tuple[Tag, ...], day: date, policy: IntakePolicy) -> None:
    """Decide risk and priority of a draft whose repeat is decided. day: the customer's date today."""
    told, repeat = draft.contact.particulars, draft.repeat
    draft.tags = (*draft.tags, *past_tags)
    found = Found(draft.severity, draft.severity_rule)
    draft.severity, draft.severity_rule = raise_by_repeat(
        found, repeat.repeat_index, policy.severity.repeated
    )
    draft.risk = judge_risk(
        draft.tags, told.motives, repeat.repeat_index, repeat.broken_promises, policy.risk
    )
    draft.priority = score_priority(
        draft.severity,
        draft.grade,
        policy.priority,
        repeat_index=repeat.repeat_index,
        risk_score=draft.risk.score,
        day=day,
    )
