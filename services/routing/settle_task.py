"""Decides whom a department's part in a complaint can be asked of, and who may deliver, refuse or release it."""

from enum import StrEnum
from typing import NamedTuple


class TaskState(StrEnum):
    """How far a department's part is. OPEN and REFUSED hold the resolution up; refused, it lies with the manager."""

    OPEN = "OPEN"
    REFUSED = "REFUSED"
    DONE = "DONE"
    RELEASED = "RELEASED"


TO_DELIVER = (TaskState.OPEN, TaskState.REFUSED)


class TaskWord(StrEnum):
    """What can be said about it."""

    DELIVER = "DELIVER"
    REFUSE = "REFUSE"
    RELEASE = "RELEASE"


class TaskObjection(StrEnum):
    """Why not."""

    LEADS_IT = "LEADS_IT"
    SETTLED = "SETTLED"
    NOT_ASKED = "NOT_ASKED"
    MUST_DELIVER = "MUST_DELIVER"
    ONLY_MANAGER = "ONLY_MANAGER"
    ACCUSED = "ACCUSED"
    NOT_WHO_ASKED = "NOT_WHO_ASKED"


class Speaker(NamedTuple):
    """Who says something about it. asked_for: owner or handler of the complaint; manages: leads the department."""

    of_department: bool
    manages: bool
    asked_for: bool
    accused: bool


def ask_objection(department: str, lead_department: str) -> TaskObjection | None:
    """FC-11: one department leads, and others assist it; the leading one asks nothing of itself."""
    return TaskObjection.LEADS_IT if department == lead_department else None


def task_objection(word: TaskWord, state: TaskState, who: Speaker) -> TaskObjection | None:
    """Why this person may not say it; None if they may.

    FC-16: the department that was asked delivers something workable. Its refusal goes to its manager, who cannot refuse.
    Only who asked for it releases it. FC-21: the accused have no part in it.
    """
    if state not in TO_DELIVER:
        return TaskObjection.SETTLED
    if word is TaskWord.RELEASE:
        return None if who.asked_for else TaskObjection.NOT_WHO_ASKED
    return _objection_to_person(state, who) or _objection_to_refusal(word, state, who)


def _objection_to_person(state: TaskState, who: Speaker) -> TaskObjection | None:
    if who.accused:
        return TaskObjection.ACCUSED
    if not (who.of_department or who.manages):
        return TaskObjection.NOT_ASKED
    return TaskObjection.ONLY_MANAGER if state is TaskState.REFUSED and not who.manages else None


def _objection_to_refusal(word: TaskWord, state: TaskState, who: Speaker) -> TaskObjection | None:
    again = who.manages or state is TaskState.REFUSED
    return TaskObjection.MUST_DELIVER if word is TaskWord.REFUSE and again else None
