"""The pure rules of repeats, by cases: attached, opened again, named, or a first complaint (REP-0 to REP-4)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.intake.case_type import CaseType
from services.intake.judge_repeat import FIRST, Earlier, Matter, Repeat, judge_repeat
from services.intake.policy import IntakePolicy
from services.intake.text_similarity import LONGEST, similarity
from shared.events.vocabulary import Severity
from shared.runtime.policy import load_policy

POLICY = load_policy(IntakePolicy, "intake").repeat
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPEN, ID = None, uuid4()


def earlier(**changes: Any) -> Earlier:
    facts: dict[str, Any] = {
        "complaint_id": ID,
        "repeat_index": 2,
        "resolved_at": OPEN,
        "final": False,
        "case_type": CaseType.BILLING,
        "category": None,
        "severity": Severity.S3,
        "similarity": 0.0,
        "broken_promises": 0,
    }
    return Earlier(**(facts | changes))


def resolved_before(hours: float, **changes: Any) -> Earlier:
    return earlier(resolved_at=NOW - timedelta(hours=hours), **changes)


def judged(*before: Earlier, **changes: Any) -> Repeat:
    facts: dict[str, Any] = {
        "case_type": CaseType.BILLING,
        "category": None,
        "severity": Severity.S3,
        "stands_alone": False,
    }
    return judge_repeat(before, Matter(**(facts | changes)), NOW, POLICY)


ATTACHED = Repeat(None, 2, "REP-1", ID)
REOPENED = Repeat(None, 3, "REP-4", ID, reopens=True)
NAMED = Repeat(ID, 3, "REP-3")


@pytest.mark.parametrize(
    ("before", "changes", "expected"),
    [
        (earlier(similarity=0.6), {}, ATTACHED),
        (earlier(similarity=0.59), {}, FIRST),
        (earlier(category="fees/data"), {"category": "fees/data"}, ATTACHED),
        (earlier(category="fees/data"), {"category": "fees"}, FIRST),
        (earlier(), {"category": None}, FIRST),
        (earlier(similarity=1.0), {"severity": Severity.S2}, NAMED),
        (earlier(similarity=1.0), {"severity": Severity.S4}, ATTACHED),
        (earlier(similarity=1.0), {"stands_alone": True}, NAMED),
    ],
)
def test_rep_1_the_same_matter_is_attached_while_it_is_open_unless_it_is_worse_or_stands_alone(
    before: Earlier, changes: dict[str, Any], expected: Repeat
) -> None:
    assert judged(before, **changes) == expected


@pytest.mark.parametrize(
    ("before", "changes", "expected"),
    [
        (resolved_before(0), {}, REOPENED),
        (resolved_before(72), {}, REOPENED),
        (resolved_before(72.1), {}, NAMED),
        (resolved_before(1, final=True), {}, NAMED),
        (resolved_before(1), {"stands_alone": True}, NAMED),
        (resolved_before(1), {"case_type": CaseType.FAULT}, FIRST),
        (resolved_before(1, similarity=0.7), {"case_type": CaseType.FAULT}, REOPENED),
        (resolved_before(1, case_type=CaseType.COMPLAINT), {"case_type": CaseType.COMPLAINT}, FIRST),
    ],
)
def test_rep_4_the_same_cause_within_72_hours_opens_the_complaint_again(
    before: Earlier, changes: dict[str, Any], expected: Repeat
) -> None:
    assert judged(before, **changes) == expected


def test_rep_3_the_same_cause_within_thirty_days_after_the_resolution_names_the_earlier_one() -> None:
    assert judged(resolved_before(24 * 30)) == NAMED
    assert judged(resolved_before(24 * 30 + 1)) == FIRST
    assert judged(resolved_before(24 * 10), case_type=CaseType.FAULT) == FIRST
    assert judged(resolved_before(24 * 10, broken_promises=2)).broken_promises == 2


def test_rep_0_an_open_complaint_comes_before_a_resolved_one_and_that_before_an_old_one() -> None:
    soon, long_ago = resolved_before(1, complaint_id=uuid4()), resolved_before(500, complaint_id=uuid4())
    assert judged(soon, long_ago, earlier(similarity=1.0)) == ATTACHED
    assert judged(long_ago, soon).attach_to == soon.complaint_id
    assert judged() == FIRST


def test_rep_1_3_4_the_numbers_are_policy() -> None:
    changed = POLICY.model_copy(update={"within": 7200.0, "reopen_within": 3600.0, "similarity": 0.9})
    matter = Matter(CaseType.BILLING, None, Severity.S3, stands_alone=False)
    assert judge_repeat([earlier(similarity=0.8)], matter, NOW, changed) == FIRST
    assert judge_repeat([resolved_before(1.5)], matter, NOW, changed) == NAMED
    assert judge_repeat([resolved_before(2.5)], matter, NOW, changed) == FIRST


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("my bill is wrong", "still the wrong bill", True),
        ("my bill is wrong", "MY BILL IS WRONG!!", True),
        ("my bill is wrong", "no signal at home", False),
        ("本月账单多扣了两次流量费，请尽快退款", "账单多扣流量费还没退款", True),
        ("本月账单多扣了两次流量费，请尽快退款", "宽带断网三天没人来修", False),
        ("!!!", "???", False),
        ("a" * LONGEST + "b" * 90, "a" * LONGEST, True),
    ],
)
def test_rep_1_texts_are_alike_or_not_in_both_languages(one: str, other: str, alike: bool) -> None:
    assert (similarity(one, other) >= POLICY.similarity) is alike
    assert similarity(one, other) == pytest.approx(similarity(other, one))
