"""Decides which of the six steps may be taken now, and which are missing before the resolution."""

from collections.abc import Collection, Sequence

from shared.events.vocabulary import HandlingStep

from .policy import WorkPolicy

STEPS = tuple(HandlingStep)


class MissingStepsError(Exception):
    """Steps that have to be taken first."""

    def __init__(self, missing: Sequence[HandlingStep]) -> None:
        super().__init__(", ".join(missing))
        self.missing = tuple(missing)


def new_steps(
    done: Collection[HandlingStep], taken: Sequence[HandlingStep], policy: WorkPolicy
) -> list[HandlingStep]:
    """Those of `taken` that are not done yet. The follow-up needs no more than the resolution needs.

    Raises MissingStepsError for one taken too early.
    """
    known, fresh = set(done), []
    for step in taken:
        if step in known:
            continue
        if step is HandlingStep.FOLLOW_UP:
            missing = missing_before_resolution(known, policy)
        else:
            missing = [earlier for earlier in STEPS[: STEPS.index(step)] if earlier not in known]
        if missing:
            raise MissingStepsError(missing)
        known.add(step)
        fresh.append(step)
    return fresh


def missing_before_resolution(done: Collection[HandlingStep], policy: WorkPolicy) -> list[HandlingStep]:
    """The steps that are still to be taken before the complaint may be called resolved, in order."""
    return [step for step in STEPS[: policy.steps_before_resolution] if step not in done]
