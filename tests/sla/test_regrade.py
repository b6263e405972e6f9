"""The rule that says what news of a severity or a grade change, by cases."""

import pytest

from services.sla.conditions import Facts
from services.sla.regrade import Cause, News, regrade
from shared.events.vocabulary import Grade, Severity

S1, S2, S3, S4 = Severity
K, V, S, U = Grade


def facts(severity: Severity = S3, grade: Grade = V) -> Facts:
    return Facts(severity, "SEV-3", grade, 1)


@pytest.mark.parametrize(
    ("was", "told", "becomes"),
    [(U, S, S), (U, K, K), (S, V, V), (V, K, K), (V, V, V), (K, V, K), (V, S, V), (S, U, S)],
)
def test_1_2_an_upgrade_counts_and_a_downgrade_does_not(was: Grade, told: Grade, becomes: Grade) -> None:
    assert regrade(facts(grade=was), News(Cause.GRADE, grade=told)).grade is becomes


@pytest.mark.parametrize("cause", [Cause.GRADE, Cause.INCIDENT, Cause.CONTACT])
def test_2_4_what_is_heard_only_makes_it_more_severe(cause: Cause) -> None:
    assert regrade(facts(S3), News(cause, severity=S1)).severity is S1
    assert regrade(facts(S3), News(cause, severity=S4)) == facts(S3)


def test_2_4_staff_may_judge_it_milder() -> None:
    judged = regrade(facts(S2), News(Cause.STAFF, severity=S4, severity_rule="STAFF"))
    assert (judged.severity, judged.severity_rule) == (S4, "STAFF")


def test_2_4_another_policy_changes_no_fact() -> None:
    assert regrade(facts(), News(Cause.POLICY)) == facts()


def test_2_4_the_rule_stays_where_the_severity_does() -> None:
    assert regrade(facts(S3), News(Cause.GRADE, S3, "SEV-1", K)).severity_rule == "SEV-3"
