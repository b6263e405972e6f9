"""Decides whether a filled-in form may come from a person."""

from enum import StrEnum

from .policy import FormPolicy


class Doubt(StrEnum):
    """Why somebody is asked to send the form again; nobody's complaint is thrown away for it."""

    TRAP = "TRAP"
    FAST = "FAST"
    OLD = "OLD"


def judge_submission(trap: str, age: float | None, policy: FormPolicy) -> Doubt | None:
    """OP: a field that people do not see is filled in, or the form comes back faster than anybody can write.

    age: seconds since the page was made; None if that cannot be told.
    """
    if trap:
        return Doubt.TRAP
    if age is None or age > policy.valid:
        return Doubt.OLD
    if age < policy.fastest:
        return Doubt.FAST
    return None
