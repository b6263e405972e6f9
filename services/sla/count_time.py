"""Decides when a target that is counted in a calendar is due, and at which moment a share of it is used."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from functools import lru_cache
from json import loads
from typing import Any, NamedTuple

from .start_rule import AS_IT_COMES, StartRule, Step, When, add_working_days, add_working_time
from .working_time import Paused, WorkingTime


class Counting(NamedTuple):
    """How a target is counted: in which version of a calendar, and either seconds or whole days of its work.

    factor: what shortens or lengthens it; rule, rule_name: how it begins; extra: seconds by which it was extended.
    """

    calendar: str
    version: int
    seconds: float | None
    working_days: int | None
    factor: float = 1.0
    rule: StartRule | None = None
    rule_name: str | None = None
    extra: float = 0.0


class Due(NamedTuple):
    """seconds: the target, of the calendar's time; begins_at: where counting begins, None without a calendar;
    provisional: it runs into days whose holidays are not published."""

    at: datetime
    seconds: float
    counting: Counting | None = None
    begins_at: datetime | None = None
    provisional: bool = False


def count(start: datetime, counting: Counting, working: WorkingTime, pauses: Sequence[Paused] = ()) -> Due:
    """When it is due. Whole days that are shortened or paused count as the working time that they contain."""
    rule = counting.rule or AS_IT_COMES
    if counting.working_days is None:
        assert counting.seconds is not None
        seconds = counting.seconds * counting.factor + counting.extra
        begins, at = add_working_time(start, seconds, working, rule)
    else:
        begins, at = add_working_days(start, counting.working_days, working, rule)
        seconds = working.worked(begins, at) * counting.factor + counting.extra
    if pauses or (counting.working_days is not None and (counting.factor, counting.extra) != (1.0, 0.0)):
        at = working.due(begins, seconds, pauses)
    return Due(at, seconds, counting, begins, not working.calendar.is_published(at))


def as_data(counting: Counting) -> dict[str, Any]:
    """What is stored with a promise, so that it can be counted again when its calendar changes."""
    rule = counting.rule
    return {
        "seconds": counting.seconds,
        "working_days": counting.working_days,
        "factor": counting.factor,
        "rule_name": counting.rule_name,
        "extra": counting.extra,
        "rule": rule
        and {
            "zone": rule.zone,
            "skip_holidays": rule.skip_holidays,
            "steps": [
                [
                    step.when,
                    step.clock and step.clock.isoformat(),
                    step.move_to and step.move_to.isoformat(),
                ]
                for step in rule.steps
            ],
        },
    }


def from_data(calendar: str, version: int, data: Mapping[str, Any]) -> Counting:
    """What as_data has stored, in a version of the calendar."""
    rule = data["rule"]
    return Counting(
        calendar,
        version,
        data["seconds"],
        data["working_days"],
        data["factor"],
        rule
        and StartRule(
            tuple(Step(When(when), _clock(at), _clock(to)) for when, at, to in rule["steps"]),
            rule["zone"],
            rule["skip_holidays"],
        ),
        data["rule_name"],
        data.get("extra", 0.0),
    )


@lru_cache(maxsize=4096)
def from_text(calendar: str, version: int, text: str) -> Counting:
    """`from_data` of the JSON text as it is stored: most promises are counted in one of a few ways."""
    return from_data(calendar, version, loads(text))


def _clock(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
