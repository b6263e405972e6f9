"""Decides from how many complain of the same, in one area or anywhere, whether there is an incident behind it."""

from enum import StrEnum
from typing import NamedTuple

from shared.events.vocabulary import Severity

from .policy import IncidentPolicy


class IncidentState(StrEnum):
    """How far an incident is; a proposed one waits for a person, or for more complaints."""

    PROPOSED = "PROPOSED"
    OPEN = "OPEN"
    RESOLVED = "RESOLVED"
    DISMISSED = "DISMISSED"


EVERYWHERE = "*"
"""The area of an incident that is not held to one."""


class Crowd(NamedTuple):
    """Those who complained of the same within the window, in one area or anywhere."""

    complaints: int
    customers: int
    key_accounts: int


def judge_incident(crowd: Crowd, policy: IncidentPolicy) -> IncidentState | None:
    """REP-8: many complaints propose an incident, very many open one, as does what is critical (SEV-1)."""
    if crowd.complaints >= policy.open_from or _is_critical(crowd, policy):
        return IncidentState.OPEN
    return IncidentState.PROPOSED if crowd.complaints >= policy.propose_from else None


def judge_cause(crowd: Crowd, policy: IncidentPolicy) -> IncidentState | None:
    """SEV-1: the same cause from many customers, or a few key accounts, is critical wherever they are.

    Anywhere a cause is a category, for a case type is too wide to be one.
    """
    everywhere = policy.everywhere
    many = crowd.customers >= everywhere.customers_from or crowd.key_accounts >= everywhere.key_accounts_from
    return IncidentState.OPEN if many else None


def incident_severity(crowd: Crowd, policy: IncidentPolicy) -> Severity:
    """SEV-1: the same cause from many customers, or from a few key accounts, is critical."""
    return Severity.S1 if _is_critical(crowd, policy) else policy.severity


def _is_critical(crowd: Crowd, policy: IncidentPolicy) -> bool:
    return crowd.customers >= policy.customers_from or crowd.key_accounts >= policy.key_accounts_from


NEXT: dict[str, tuple[IncidentState, ...]] = {
    IncidentState.OPEN: (IncidentState.PROPOSED,),
    IncidentState.RESOLVED: (IncidentState.OPEN,),
    IncidentState.DISMISSED: (IncidentState.PROPOSED,),
}
"""Which state a person may set → the states in which that may be done."""
