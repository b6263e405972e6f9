"""The rule that says how long a promise has, by cases."""

from datetime import UTC, datetime, timedelta

import pytest

from services.sla.choose_target import choose_target, counted_severity, due_at
from services.sla.conditions import Facts
from services.sla.policy import SlaPolicy
from shared.events.vocabulary import Grade, PromiseKind, Severity
from shared.runtime.policy import load_policy

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
POLICY = load_policy(SlaPolicy, "sla")
ACK, CONTACT, UPDATE, SOLVE, CLOSE, *_OTHERS = PromiseKind


def facts(
    severity: str = "S3", grade: str = "S", repeat_index: int = 1, severity_rule: str = "SEV-3"
) -> Facts:
    return Facts(Severity(severity), severity_rule, Grade(grade), repeat_index)


def with_cell(severity: str, grade: str, **seconds: float) -> SlaPolicy:
    """The default policy with one cell changed."""
    document = POLICY.model_dump()
    document["matrix"][severity][grade] |= seconds
    return SlaPolicy.model_validate(document)


def with_part(part: str, **changes: object) -> SlaPolicy:
    """The default policy with one part changed."""
    return POLICY.model_copy(update={part: getattr(POLICY, part).model_copy(update=changes)})


def test_a_clock_hour_passes_day_and_night() -> None:
    assert due_at(START, 3600) == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert due_at(START, 7 * 86_400) == datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


def test_the_own_cell_decides_where_it_is_the_fastest() -> None:
    target = choose_target(SOLVE, facts("S2", "K"), START, POLICY)
    assert (target.cell, target.seconds, target.due_at) == ("S2×K", 28_800, START + timedelta(hours=8))


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [(("S3", "S"), 900.0), (("S4", "V"), 800.0), (("S4", "S"), 700.0)],
    ids=["standard", "milder", "milder and standard"],
)
def test_1_2_a_grade_only_speeds_up(cell: tuple[str, str], seconds: float) -> None:
    faster = with_cell(*cell, CONTACT=seconds)
    target = choose_target(CONTACT, facts("S3", "V"), START, faster)
    assert (target.cell, target.seconds) == ("×".join(cell), seconds)


@pytest.mark.parametrize("cell", [("S2", "V"), ("S3", "K"), ("S4", "K")])
def test_1_2_neither_a_more_severe_cell_nor_a_better_grade_speeds_up(cell: tuple[str, str]) -> None:
    faster = with_cell(*cell, CONTACT=1.0)
    assert choose_target(CONTACT, facts("S3", "V"), START, faster).cell == "S3×V"


def test_1_2_of_equal_cells_the_own_one_is_named() -> None:
    equal = with_cell("S3", "V", SOLVE=259_200)
    assert choose_target(SOLVE, facts("S3", "V"), START, equal).cell == "S3×V"


def test_grd_u_an_unknown_customer_is_promised_what_a_standard_one_is() -> None:
    for kind in (ACK, CONTACT, UPDATE, SOLVE, CLOSE):
        assert choose_target(kind, facts(grade="U"), START, POLICY) == choose_target(
            kind, facts(grade="S"), START, POLICY
        )


@pytest.mark.parametrize("severity", list(Severity))
def test_everybody_has_a_receipt_within_a_minute(severity: Severity) -> None:
    for grade in Grade:
        target = choose_target(ACK, Facts(severity, "SEV-3", grade, 5), START, POLICY)
        assert (target.seconds, target.cell) == (60, "ALL")


@pytest.mark.parametrize(
    ("severity", "repeat_index", "rule", "counted"),
    [
        ("S3", 1, "SEV-3", "S3"),
        ("S3", 2, "SEV-3", "S2"),
        ("S3", 7, "SEV-3", "S2"),
        ("S2", 2, "SEV-2", "S1"),
        ("S1", 2, "SEV-1", "S1"),
        ("S3", 2, "SLA-F", "S3"),
    ],
)
def test_sla_f_a_repetition_is_one_step_more_severe_once_in_all(
    severity: str, repeat_index: int, rule: str, counted: str
) -> None:
    found = counted_severity(facts(severity, "S", repeat_index, rule), POLICY.repeated)
    assert found is Severity(counted)


@pytest.mark.parametrize(("rule", "counted"), [("REP-5", "S3"), ("SEV-3", "S2")])
def test_rep_5_what_intake_has_raised_for_a_repetition_is_not_raised_again(rule: str, counted: str) -> None:
    assert counted_severity(facts("S3", repeat_index=2, severity_rule=rule), POLICY.repeated) is Severity(
        counted
    )


def test_rep_5_which_rules_have_raised_already_is_policy() -> None:
    raised_again = POLICY.repeated.model_copy(update={"raised_before": ()})
    assert counted_severity(facts("S3", repeat_index=2, severity_rule="REP-5"), raised_again) is Severity.S2


def test_sla_f_halves_the_time_for_the_result_and_nothing_else() -> None:
    repeated = facts("S3", "S", repeat_index=2)
    solve = choose_target(SOLVE, repeated, START, POLICY)
    assert (solve.cell, solve.seconds, solve.factor, solve.factor_rule) == ("S2×S", 86_400, 0.5, "SLA-F")
    update = choose_target(UPDATE, repeated, START, POLICY)
    assert (update.cell, update.seconds, update.factor_rule) == ("S2×S", 86_400, None)


def test_sla_f_its_numbers_are_policy() -> None:
    third = with_part("repeated", from_index=3)
    assert choose_target(SOLVE, facts(repeat_index=2), START, third).cell == "S3×S"
    two_steps = with_part("repeated", severity_steps=2, solve_factor=0.25)
    target = choose_target(SOLVE, facts(repeat_index=2), START, two_steps)
    assert (target.cell, target.seconds) == ("S1×S", 86_400 * 0.25)


def test_fu_7_a_reopened_complaint_has_half_the_time_for_the_result() -> None:
    target = choose_target(SOLVE, facts(), START, POLICY, reopened=True)
    assert (target.seconds, target.factor_rule) == (129_600, "FU-7")
    assert choose_target(CONTACT, facts(), START, POLICY, reopened=True).factor_rule is None


def test_fu_7_and_sla_f_together_only_the_smaller_factor_counts() -> None:
    quarter = with_part("reopened", solve_factor=0.25)
    both = choose_target(SOLVE, facts(repeat_index=2), START, quarter, reopened=True)
    assert (both.seconds, both.factor_rule) == (172_800 * 0.25, "FU-7")
    equal = choose_target(SOLVE, facts(repeat_index=2), START, POLICY, reopened=True)
    assert equal.seconds == 172_800 * 0.5
