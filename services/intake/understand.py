"""Decides, once customer and category are known, how severe, urgent and risky a complaint is and of what kind."""

from datetime import date

from .category_tree import Category
from .decide_kind import decide_kind
from .draft import Draft
from .judge_risk import judge_risk
from .policy import IntakePolicy
from .raise_severity import raise_severity
from .score_priority import score_priority


def read_case_type(draft: Draft, category: Category) -> None:
    """Note what the category says; its case type comes before that of the words."""
    draft.category = category
    words = draft.contact.judgement.case_type
    draft.case_type = category.case_type or words


def understand(draft: Draft, broken_promises: int, day: date, policy: IntakePolicy) -> None:
    """Decide on a draft whose customer, grade, case type and repeat are decided already.

    broken_promises: those to this customer that we know of. day: the customer's date today.
    """
    told, judgement = draft.contact.particulars, draft.contact.judgement
    draft.severity, draft.severity_rule = raise_severity(judgement, draft.grade, policy.severity.outage)
    draft.tags = (*judgement.tags, *told.tags)
    draft.kind = decide_kind(draft.case_type, draft.tags, told.passed_on_by, told.accused_staff)
    again = draft.repeat.repeat_index
    draft.risk = judge_risk(draft.tags, told.motives, again, broken_promises, policy.risk)
    draft.priority = score_priority(
        draft.severity,
        draft.grade,
        policy.priority,
        repeat_index=again,
        risk_score=draft.risk.score,
        day=day,
    )
