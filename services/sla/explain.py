"""Explains to people, in English and zh-CN, how the due time of a promise came about."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shared.events.vocabulary import Grade, PromiseKind

from .policy import DEFAULT, EVERYBODY
from .used_time import used_time
from .working_time import Paused, WorkingTime

MOST_SLOTS = 100

_WHAT = {
    PromiseKind.ACKNOWLEDGE: ("Receipt", "受理回执"),
    PromiseKind.CONTACT: ("First contact by a person", "首次人工联系"),
    PromiseKind.UPDATE: ("News", "进展告知"),
    PromiseKind.SOLVE: ("Result", "结果答复"),
    PromiseKind.CLOSE: ("Closing with the customer's word", "经客户确认结案"),
    PromiseKind.REPORT: ("Written report of the outage", "书面故障报告"),
    PromiseKind.SUPERIOR: ("Answer of a superior", "上级答复"),
    PromiseKind.REGULATOR: ("Answer that the regulator asks for", "监管要求的答复"),
}
_UNITS = ((86_400, " d", "天"), (3600, " h", "小时"), (60, " min", "分钟"))


class Said(NamedTuple):
    """The same in both languages."""

    english: str
    chinese: str


def explain(
    promise: Mapping[str, Any], complaint: Mapping[str, Any], extended: float = 0.0
) -> dict[str, str]:
    """A sentence per language, from the row of a promise, that of its complaint, and by how much it was extended."""
    what = _WHAT[PromiseKind(promise["kind"])]
    why = reason(promise, complaint, extended)
    start, due = _moment(promise["starts_at"]), _moment(promise["due_at"])
    how = _how(promise)
    return {
        "en": f"{what[0]}: {why.english}; {how.english} from {start}, due {due}.",
        "zh-CN": f"{what[1]}：{why.chinese}；自 {start} 起{how.chinese}，截止 {due}。",
    }


def slots_of(
    promise: Mapping[str, Any], working: WorkingTime, pauses: Sequence[Paused] = ()
) -> dict[str, Any]:
    """Every stretch of working time that a promise uses until it is due, on the clock of its calendar.

    Their seconds add up to the target, so that a person can check it by hand.
    """
    zone = ZoneInfo(working.calendar.zone)
    used = used_time(promise["begins_at"], promise["due_at"], working, pauses)
    return {
        "calendar": promise["calendar"],
        "version": promise["calendar_version"],
        "zone": zone.key,
        "begins_at": promise["begins_at"].astimezone(zone),
        "rule": promise["counted_by"]["rule_name"],
        "slots": [
            {
                "from": since.astimezone(zone),
                "until": until.astimezone(zone),
                "seconds": (until - since).total_seconds(),
            }
            for since, until in used[:MOST_SLOTS]
        ],
        "slots_left_out": max(len(used) - MOST_SLOTS, 0),
        "due_at": promise["due_at"].astimezone(zone),
        "provisional": promise["provisional"],
    }


def _how(promise: Mapping[str, Any]) -> Said:
    """In which time it was counted."""
    if promise["calendar"] is None:
        return Said("counted day and night", "昼夜计时")
    name, version = promise["calendar"], promise["calendar_version"]
    english = f"counted in the working time of {name} (version {version})"
    chinese = f"按工作日历 {name}（第 {version} 版）计时"
    rule, days = promise["counted_by"]["rule_name"], promise["counted_by"]["working_days"]
    if days is not None:
        english += f", {days} working days"
        chinese += f"，{days} 个工作日"
    if rule is not None:
        english += f", begun by the rule {rule}"
        chinese += f"，起算规则 {rule}"
    if promise["provisional"]:
        english += ", provisional because that year's holidays are not published,"
        chinese += "（该年节假日尚未公布，截止时间为暂定）"
    return Said(english, chinese)


def duration(seconds: float, *, in_days: bool = True) -> Said:
    """A length of time in words, such as 1 h 30 min; working time is not said in days of 24 hours."""
    rest = round(seconds, 3)
    english, chinese = [], []
    for size, short, name in _UNITS if in_days else _UNITS[1:]:
        count, rest = divmod(rest, size)
        if count:
            english.append(f"{count:g}{short}")
            chinese.append(f"{count:g} {name}")
    rest = round(rest, 3)
    if rest or not english:
        english.append(f"{rest:g} s")
        chinese.append(f"{rest:g} 秒")
    return Said(" ".join(english), " ".join(chinese))


def reason(promise: Mapping[str, Any], complaint: Mapping[str, Any], extended: float = 0.0) -> Said:
    """Why a promise has the time that it has, before it was extended by so many seconds."""
    seconds, in_days = promise["target_seconds"] - extended, promise["calendar"] is None
    target = duration(seconds, in_days=in_days)
    if promise["cell"] == EVERYBODY:
        return Said(f"{target.english} for everybody", f"对所有客户均为 {target.chinese}")
    if promise["kind"] == PromiseKind.REGULATOR:
        english = f"{promise['cell']}: {target.english}, which never stands still"
        return Said(english, f"{promise['cell']}：{target.chinese}，不因任何原因暂停")
    severity, grade, cell = promise["severity"], complaint["grade"], promise["cell"]
    english, chinese = f"severity {severity}", f"严重度 {severity}"
    if severity != complaint["severity"]:
        english += f" ({complaint['severity']} raised because it is repeated, SLA-F)"
        chinese += f"（重复投诉，由 {complaint['severity']} 上调，SLA-F）"
    given = duration(seconds / promise["factor"], in_days=in_days)
    english += f", grade {grade}, cell {cell}: {given.english}"
    chinese += f"，等级 {grade}，按 {cell} 格为 {given.chinese}"
    if promise["policy_name"] != DEFAULT:
        english = f"policy {promise['policy_name']}, {english}"
        chinese = f"按政策 {promise['policy_name']}，{chinese}"
    own = f"{severity}×{Grade.S if grade == Grade.U else grade}"
    if cell != own:
        english += f" (sooner than the own cell {own})"
        chinese += f"（早于本格 {own}）"
    if promise["factor_rule"] is not None:
        english += f", × {promise['factor']:g} ({promise['factor_rule']}) = {target.english}"
        chinese += f"，× {promise['factor']:g}（{promise['factor_rule']}）= {target.chinese}"
    return Said(english, chinese)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
