"""Decides until when a department answers inside the house, for whom it must be, and who hears that it did not."""

from datetime import datetime, timedelta
from typing import NamedTuple

from .policy import InternalPolicy


class Agreement(NamedTuple):
    """What a department that works on another's complaint owes its owner; stopped: by pauses since it has it."""

    owner_department: str | None
    department: str
    answer_by: datetime
    stopped: timedelta


def answer_due(agreement: Agreement) -> datetime:
    """FC-14, PAU-3: while nobody in the house can go on, the time inside the house does not run."""
    return agreement.answer_by + agreement.stopped


def is_promised(agreement: Agreement, policy: InternalPolicy) -> bool:
    """FC-14: whether it is an agreement between departments, or one within a department that counts as well."""
    return policy.within_department or agreement.department != agreement.owner_department
