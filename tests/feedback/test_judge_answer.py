"""The rule that reads an answer, by cases."""

import pytest

from services.feedback.judge_answer import judge_answer
from services.feedback.policy import JudgementPolicy

POLICY = JudgementPolicy(satisfied_score_from=4, satisfied_impression_from=3, dissatisfied_mean_up_to=2)


@pytest.mark.parametrize(
    ("solved", "score", "impression", "satisfied", "dissatisfied"),
    [
        (True, 5, 5, True, False),
        (True, 4, 3, True, False),
        (True, 4, None, True, False),
        (True, 3, 5, False, False),
        (True, 4, 2, False, False),
        (True, 2, None, False, True),
        (True, 2, 2, False, True),
        (True, 3, 2, False, False),
        (False, 5, 5, False, True),
    ],
)
def test_of_2_and_fu_7_an_answer_is_read(
    solved: bool, score: int, impression: int | None, satisfied: bool, dissatisfied: bool
) -> None:
    assert judge_answer(solved, score, impression, POLICY) == (satisfied, dissatisfied)


def test_of_2_the_threshold_is_policy() -> None:
    stricter = POLICY.model_copy(update={"satisfied_score_from": 5})
    assert judge_answer(True, 4, 5, POLICY).satisfied
    assert not judge_answer(True, 4, 5, stricter).satisfied


def test_fu_7_the_floor_is_policy() -> None:
    higher = POLICY.model_copy(update={"dissatisfied_mean_up_to": 3})
    assert not judge_answer(True, 3, 3, POLICY).dissatisfied
    assert judge_answer(True, 3, 3, higher).dissatisfied
