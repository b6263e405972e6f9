"""Until when whoever works on a complaint answers inside the house, as fields of the events that name them."""

from datetime import datetime
from typing import NamedTuple

from shared.events.vocabulary import AnswerField

from .answer_time import answer_by, answer_field, sooner
from .desk import Desk
from .directory import Member


class AnswerTerms(NamedTuple):
    """How far from the owner the answer has to be found, and until when (FC-14); nothing where somebody is not listed."""

    answer_field: AnswerField | None = None
    answer_by: datetime | None = None


class AnswerTimes:
    """The terms of a batch: of one moment, so each time is found once."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        self._desk, self._now = desk, now
        self._until: dict[AnswerField, datetime] = {}

    def terms(
        self,
        owner: Member | None,
        handler: Member | None,
        case_type: str,
        category: str | None,
        solve_by: datetime | None = None,
    ) -> AnswerTerms:
        """The terms of one complaint; solve_by: what the customer was promised, where it is known."""
        if owner is None or handler is None:
            return AnswerTerms()
        policy = self._desk.policy
        own = self._desk.directory.departments.get(owner.department)
        serves_it = own is not None and own.serves(case_type, category)
        field = answer_field(owner, handler, serves_it=serves_it, policy=policy.answer_time)
        until = self._until.get(field)
        if until is None:
            until = answer_by(field, self._now, policy.answer_time, policy.hours)
            self._until[field] = until
        return AnswerTerms(field, sooner(until, self._now, solve_by))
