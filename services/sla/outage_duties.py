"""Decides what is due when many cannot be served: a report inside, a public notice, a forecast, then news."""

from datetime import datetime, timedelta
from typing import NamedTuple

from shared.events.vocabulary import OutageDuty, Severity

from .policy import MassOutagePolicy


class Duty(NamedTuple):
    """Something that is due about an incident; `number` counts the news."""

    kind: OutageDuty
    number: int
    due_at: datetime


def is_mass_outage(about: str, severity: Severity, policy: MassOutagePolicy) -> bool:
    """SLA-M: whether an incident calls for the notices of a mass outage; a category takes in all below it."""
    is_about = not policy.about or any(about == one or about.startswith(f"{one}/") for one in policy.about)
    return is_about and severity in policy.severities


def first_duties(since: datetime, policy: MassOutagePolicy) -> tuple[Duty, ...]:
    """SLA-M: what is due from the moment on at which it is known that many are concerned."""
    return tuple(Duty(kind, 1, since + timedelta(seconds=policy.within[kind])) for kind in OutageDuty)


def next_duty(kind: OutageDuty, number: int, done_at: datetime, policy: MassOutagePolicy) -> Duty | None:
    """SLA-M: news is due again some time after it was told; all else is done once."""
    if kind is not OutageDuty.NEWS:
        return None
    return Duty(kind, number + 1, done_at + timedelta(seconds=policy.within[kind]))
