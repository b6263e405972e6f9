"""Decides the grade of a customer of the registry, and the one that is frozen on a complaint."""

from shared.events.vocabulary import Grade

from .policy import GradePolicy


def registered_grade(
    told: Grade | None, star: int | None, value_rank: float | None, policy: GradePolicy
) -> Grade | None:
    """GRD-V: enough stars, or among the best by 12-month value; GRD-K: only if told. None if nothing is told."""
    stars = star is not None and star >= policy.star_from
    valuable = value_rank is not None and value_rank <= policy.best_share
    if told is not Grade.K and (stars or valuable):
        return Grade.V
    return told or (Grade.S if star is not None or value_rank is not None else None)


def decide_grade(told: Grade | None, *, protected: bool, identified: bool) -> Grade:
    """GRD-K, GRD-V, GRD-S, GRD-U.

    told: what a channel said last. A protected person is at least V. Who is known by some key and has no
    grade is S; who is not is U, and is treated as S.
    """
    grade = told or (Grade.S if identified else Grade.U)
    if protected and grade is not Grade.K:
        return Grade.V
    return grade
