"""Decides the customer's grade that is frozen on a complaint."""

from shared.events.vocabulary import Grade


def decide_grade(told: Grade | None, *, protected: bool, identified: bool) -> Grade:
    """GRD-K, GRD-V, GRD-S, GRD-U.

    told: what a channel said last. A protected person is at least V. Who is known by some key and has no
    grade is S; who is not is U, and is treated as S.
    """
    grade = told or (Grade.S if identified else Grade.U)
    if protected and grade is not Grade.K:
        return Grade.V
    return grade
