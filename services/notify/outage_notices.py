"""Which duties of a mass outage are told at which desks; sla says who (SLA-M)."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from shared.events.sla import IncidentDutiesMade, IncidentDutyBroken
from shared.events.vocabulary import MessageKind, OutageDuty

from .area import Area
from .notice import Fact, Notice
from .policy import BY_DESK

ANYWHERE = "*"
"""How an incident says that it is held to no area."""


class OutageNotice(NamedTuple):
    """A message to several desks; `duties` are to be said with their times."""

    notices: tuple[Notice, ...]
    duties: Mapping[OutageDuty, datetime]


def outage_notice(event: IncidentDutiesMade | IncidentDutyBroken) -> OutageNotice:
    """SLA-M: what is due until when, once for each incident; what nobody has given in time, once for each duty."""
    facts: dict[str, Fact] = {
        "about": event.about or "",
        "area": Area.EVERYWHERE if event.area in {None, ANYWHERE} else event.area or "",
    }
    if isinstance(event, IncidentDutiesMade):
        kind, told_of, duties = MessageKind.OUTAGE_DUTIES, "duties", event.duties
    else:
        kind, told_of, duties = MessageKind.OUTAGE_OVERDUE, str(event.duty.duty_id), (event.duty,)
        facts |= {"duty": event.duty.kind, "due": event.duty.due_at}
    notices = tuple(Notice(kind, role, told_of, facts) for role in event.told if role in BY_DESK)
    return OutageNotice(notices, {duty.kind: duty.due_at for duty in duties})
