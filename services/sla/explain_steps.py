"""Explains a due time step by step, in English and zh-CN, so that a person can add it up by hand."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shared.events.vocabulary import PauseReason

from .explain import Said, duration, reason
from .used_time import Rest, Used, rests_between, used_time
from .working_time import Paused, WorkingTime

MOST_STRETCHES = 100

_WHY = {
    PauseReason.WAIT_CUSTOMER: Said("waiting for the customer", "等待客户"),
    PauseReason.CUSTOMER_APPOINTMENT: Said("an appointment with the customer", "客户预约"),
    PauseReason.THIRD_PARTY: Said("waiting for a third party", "等待第三方"),
    PauseReason.FORCE_MAJEURE: Said("force majeure", "不可抗力"),
    PauseReason.LEGAL_HOLD: Said("a legal hold", "司法限制"),
}


class Stop(NamedTuple):
    """A pause that stopped a promise; `until` is None while it lasts."""

    since: datetime
    until: datetime | None
    reason: PauseReason | None


class Longer(NamedTuple):
    """An extension of the time for a result, and the role that approved it."""

    seconds: float
    approver_role: str


class Step(NamedTuple):
    """What a step is, in both languages, and its figures: `seconds` count, `left` is what the target still has."""

    what: str
    said: Said
    since: datetime | None = None
    until: datetime | None = None
    seconds: float | None = None
    left: float | None = None


def steps(
    promise: Mapping[str, Any],
    complaint: Mapping[str, Any],
    *,
    working: WorkingTime | None,
    stops: Sequence[Stop],
    extensions: Sequence[Longer],
    zone: tzinfo | None = None,
) -> list[Step]:
    """From the start to the due time; the calendar's own zone is used where none is given, without one UTC."""
    clock = zone or (ZoneInfo(working.calendar.zone) if working else UTC)
    pauses = [Paused(one.since, one.until) for one in stops if one.until is not None]
    begins_at = promise["begins_at"] or promise["starts_at"]
    used = used_time(begins_at, promise["due_at"], working, pauses)
    timed = [*_stretches(used, promise["target_seconds"], working, clock)]
    timed += [_stop(one, begins_at, promise["due_at"], working, clock) for one in stops]
    told = [_start(promise, clock), *_target(promise, complaint, extensions)]
    if working is not None:
        told += [_calendar(promise, working), *_begin(promise, clock)]
    told += sorted(timed, key=lambda step: step.since or begins_at)
    return [*told, _due(promise, clock)]


def _start(promise: Mapping[str, Any], zone: tzinfo) -> Step:
    at = promise["starts_at"].astimezone(zone)
    return Step("START", Said(f"It starts on {_clock(at)}.", f"自 {_clock(at)} 起算。"), since=at)


def _target(
    promise: Mapping[str, Any], complaint: Mapping[str, Any], extensions: Sequence[Longer]
) -> Iterator[Step]:
    extended = sum(one.seconds for one in extensions)
    why = reason(promise, complaint, extended)
    version = promise["policy_version"]
    english = f"Its target, by policy {version}: {why.english}."
    chinese = f"时限（策略 {version}）：{why.chinese}。"
    days = (promise["counted_by"] or {}).get("working_days")
    if days is not None:
        english = f"{english[:-1]}, which are {days} working days."
        chinese = f"{chinese[:-1]}，即 {days} 个工作日。"
    yield Step("TARGET", Said(english, chinese), seconds=promise["target_seconds"] - extended)
    for one in extensions:
        longer = duration(one.seconds, in_days=promise["calendar"] is None)
        yield Step(
            "EXTENSION",
            Said(
                f"It was extended by {longer.english}, approved as {one.approver_role} (SLA-X).",
                f"经 {one.approver_role} 批准延长 {longer.chinese}（SLA-X）。",
            ),
            seconds=one.seconds,
        )


def _calendar(promise: Mapping[str, Any], working: WorkingTime) -> Step:
    name, version, zone = promise["calendar"], promise["calendar_version"], working.calendar.zone
    return Step(
        "CALENDAR",
        Said(
            f"Only working time of the calendar {name}, version {version}, in {zone}, counts.",
            f"仅计日历 {name} 第 {version} 版（时区 {zone}）的工作时间。",
        ),
    )


def _begin(promise: Mapping[str, Any], zone: tzinfo) -> Iterator[Step]:
    rule, begins_at = promise["counted_by"]["rule_name"], promise["begins_at"].astimezone(zone)
    if rule is not None:
        yield Step(
            "BEGIN",
            Said(
                f"By the rule {rule} counting begins on {_clock(begins_at)}.",
                f"按起算规则 {rule}，自 {_clock(begins_at)} 开始计时。",
            ),
            since=begins_at,
        )


def _stretches(
    used: Sequence[Used], target: float, working: WorkingTime | None, zone: tzinfo
) -> Iterator[Step]:
    left = target
    before: Used | None = None
    for one in used[:MOST_STRETCHES]:
        if before is not None and working is not None:
            yield from (_rest(rest, before) for rest in rests_between(before, one, working))
        left = round(left - one.seconds, 6)
        yield _used(one, left, zone, in_days=working is None)
        before = one
    if before is not None and len(used) > MOST_STRETCHES:
        more = used[MOST_STRETCHES:]
        seconds = sum(one.seconds for one in more)
        so_long = duration(seconds, in_days=False)
        yield Step(
            "MORE",
            Said(
                f"{len(more)} more stretches, {so_long.english} together.",
                f"其余 {len(more)} 段，共 {so_long.chinese}。",
            ),
            more[0].since.astimezone(zone),
            more[-1].until.astimezone(zone),
            seconds,
            round(left - seconds, 6),
        )


def _used(one: Used, left: float, zone: tzinfo, *, in_days: bool) -> Step:
    since, until = one.since.astimezone(zone), one.until.astimezone(zone)
    took, rest = duration(one.seconds, in_days=in_days), duration(max(left, 0.0), in_days=in_days)
    return Step(
        "USED",
        Said(
            f"{_clock(since)} to {_clock(until)}: {took.english}, {rest.english} left.",
            f"{_clock(since)} 至 {_clock(until)}：计 {took.chinese}，剩余 {rest.chinese}。",
        ),
        since,
        until,
        one.seconds,
        left,
    )


def _rest(rest: Rest, before: Used) -> Step:
    names = f" ({', '.join(rest.holidays)})" if rest.holidays else ""
    in_chinese = f"（{'、'.join(rest.holidays)}）" if rest.holidays else ""
    span = f"{rest.first}" if rest.first == rest.last else f"{rest.first} to {rest.last}"
    return Step(
        "REST",
        Said(f"{span}: nobody works{names}.", f"{span.replace(' to ', ' 至 ')}：非工作时间{in_chinese}。"),
        since=before.until,
    )


def _stop(
    stop: Stop, begins_at: datetime, due_at: datetime, working: WorkingTime | None, zone: tzinfo
) -> Step:
    why = _WHY[stop.reason] if stop.reason else Said("a pause", "暂停")
    since = stop.since.astimezone(zone)
    if stop.until is None:
        english = f"It has stood still since {_clock(since)}: {why.english}. It is due later when it goes on."
        chinese = f"自 {_clock(since)} 起暂停：{why.chinese}。恢复后截止时间顺延。"
        return Step("PAUSED", Said(english, chinese), since)
    until = stop.until.astimezone(zone)
    gone = sum(one.seconds for one in used_time(max(stop.since, begins_at), min(stop.until, due_at), working))
    not_counted = duration(gone, in_days=working is None)
    return Step(
        "PAUSE",
        Said(
            f"{_clock(since)} to {_clock(until)}: it stood still, {why.english};"
            f" {not_counted.english} not counted.",
            f"{_clock(since)} 至 {_clock(until)}：暂停（{why.chinese}），不计 {not_counted.chinese}。",
        ),
        since,
        until,
        0.0,
    )


def _due(promise: Mapping[str, Any], zone: tzinfo) -> Step:
    at = promise["due_at"].astimezone(zone)
    english, chinese = f"It is due on {_clock(at)}.", f"截止 {_clock(at)}。"
    if promise["provisional"]:
        english += " That may move: the holidays of that time are not published yet."
        chinese += "该时段节假日尚未公布，截止时间为暂定。"
    return Step("DUE", Said(english, chinese), until=at)


def _clock(moment: datetime) -> str:
    seconds = ":%S" if moment.second or moment.microsecond else ""
    return f"{moment:%Y-%m-%d %H:%M{seconds} %z}"
