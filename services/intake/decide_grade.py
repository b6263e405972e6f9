"""Decides the grade of a customer of the registry, and the one that is frozen on a complaint."""

from typing import NamedTuple

from shared.events.vocabulary import Grade

from .policy import GradePolicy


class Standing(NamedTuple):
    """What the operator's systems tell of a customer; None where they tell nothing."""

    star: int | None = None
    value_rank: float | None = None
    segment: str | None = None
    sla_contract: bool | None = None


def registered_grade(
    told: Grade | None, standing: Standing, policy: GradePolicy, had: Grade | None = None
) -> Grade | None:
    """GRD-K: told, of a key segment, or with a contract; GRD-V: enough stars, or among the best by 12-month value.

    had: the grade until now. A key account stays one until a record tells another grade, segment or contract.
    None if nothing is told.
    """
    by_contract = bool(standing.sla_contract) and policy.contract_is_key
    if told is Grade.K or standing.segment in policy.key_segments or by_contract:
        return Grade.K
    if had is Grade.K and told is None and standing.segment is None and standing.sla_contract is None:
        return Grade.K
    stars = standing.star is not None and standing.star >= policy.star_from
    valuable = standing.value_rank is not None and standing.value_rank <= policy.best_share
    if stars or valuable:
        return Grade.V
    return told or (Grade.S if any(fact is not None for fact in standing) else None)


def decide_grade(told: Grade | None, *, protected: bool, identified: bool) -> Grade:
    """GRD-K, GRD-V, GRD-S, GRD-U.

    told: what a channel said last. A protected person is at least V. Who is known by some key and has no
    grade is S; who is not is U, and is treated as S.
    """
    grade = told or (Grade.S if identified else Grade.U)
    if protected and grade is not Grade.K:
        return Grade.V
    return grade
