"""Decides what has to be seen to within a time besides solving a complaint: who called, and a service to be frozen."""

from collections.abc import Collection, Mapping

from shared.events.vocabulary import Duty, Tag

from .policy import DutyPolicy


def decide_duties(tags: Collection[Tag], *, identified: bool, policy: DutyPolicy) -> Mapping[Duty, float]:
    """Seconds for each duty.

    GRD-U: who is not identified is to be within 24 hours, and is promised as much as anybody meanwhile. SEV-1: where
    fraud is suspected the service is frozen within 24 hours.
    """
    duties = {}
    if not identified:
        duties[Duty.IDENTIFY_CUSTOMER] = policy.identify_within
    if any(tag in policy.freeze_for for tag in tags):
        duties[Duty.FREEZE_SERVICE] = policy.freeze_within
    return duties
