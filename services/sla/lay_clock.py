"""Decides which of the regulator's clocks run for a complaint, when their row has to be there, what they force."""

import math

from shared.events.vocabulary import EscalationLevel, PromiseKind

from .conditions import Facts, applies
from .policy import ClockPolicy, InCalendar, RegulatorPolicy, SlaPolicy

DAY = 86_400
CASE = "·case"
"""What ends the cell of a clock that runs because the regulator itself has the case."""


def clocks_of(facts: Facts, policy: RegulatorPolicy) -> list[ClockPolicy]:
    """The clocks of the installation's profile that run for a complaint (section 11)."""
    profile = policy.profiles.get(policy.profile)
    running = [] if profile is None else [one for one in profile.clocks if applies(one.when.asked, facts)]
    named = [one for one in running if not one.only_if_alone]
    return named or running


def is_case(facts: Facts, policy: RegulatorPolicy) -> bool:
    """Whether the regulator has the case already."""
    return facts.kind in policy.cases


def earliest_warning(policy: SlaPolicy) -> float:
    """Not sooner than so many seconds after its start any clock of the profile speaks."""
    profile = policy.regulator.profiles.get(policy.regulator.profile)
    shares = policy.warnings[PromiseKind.REGULATOR].shares.values()
    first = min(shares, default=1.0)
    if profile is None:
        return float("inf")
    return min((_at_least(one.target, first) for one in profile.clocks), default=float("inf"))


def lay_at_once(facts: Facts, result_speaks_after: float, earliest: float, policy: RegulatorPolicy) -> bool:
    """Whether a clock's row has to be there from the beginning.

    Otherwise it is laid when the promise of a result says its last word before any clock may speak, is paused, or
    moves: what is answered before that costs nothing.
    """
    return is_case(facts, policy) or result_speaks_after > earliest


def lay_now(speaks_again_after: float | None, earliest: float) -> bool:
    """Whether a result's promise, which speaks now, does not speak again before a clock may."""
    return speaks_again_after is None or speaks_again_after >= earliest


def forced_levels(
    kind: PromiseKind, cell: str, level: EscalationLevel, policy: RegulatorPolicy
) -> tuple[EscalationLevel, ...]:
    """Section 11: at 80 % a clock forces L3, and L4 unless that was told when the regulator's case came."""
    if kind is not PromiseKind.REGULATOR or level is not EscalationLevel.W2:
        return ()
    told = {EscalationLevel.L4} if cell.endswith(CASE) else set()
    return tuple(one for one in policy.forces if one not in told)


def _at_least(target: float | InCalendar, share: float) -> float:
    """So many seconds at least pass before a share of a target is used.

    Of working days only the whole ones before the one in which it is used: work may be over soon after the opening.
    """
    if not isinstance(target, InCalendar):
        return target * share
    if target.same_day_before is not None:
        return 0.0
    if target.seconds is not None:
        return target.seconds * share
    used_in_day = math.ceil(round((target.working_days or 0) * share, 6))
    return max(used_in_day - 1, 0) * DAY
