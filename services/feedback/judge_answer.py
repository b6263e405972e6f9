"""Decides whether an answer says that the customer is satisfied, or that the complaint must be opened again."""

from typing import NamedTuple

from .policy import JudgementPolicy


class Judgement(NamedTuple):
    """satisfied: an offer may be thought of (OF-2); dissatisfied: the complaint opens again (FU-7)."""

    satisfied: bool
    dissatisfied: bool


def judge_answer(solved: bool, score: int, impression: int | None, policy: JudgementPolicy) -> Judgement:
    """Read an answer. Scores are 1 (worst) to 5; `impression` may be missing.

    FU-7: not solved, or a mean score at most the floor, is dissatisfied. OF-2: solved, with a score and an
    impression from their thresholds on, is satisfied. Between the two it is neither.
    """
    scores = [score] if impression is None else [score, impression]
    dissatisfied = not solved or sum(scores) / len(scores) <= policy.dissatisfied_mean_up_to
    satisfied = (
        not dissatisfied
        and score >= policy.satisfied_score_from
        and (impression is None or impression >= policy.satisfied_impression_from)
    )
    return Judgement(satisfied, dissatisfied)
