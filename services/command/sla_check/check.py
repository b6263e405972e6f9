"""Checks a history: our verdict against the recorded one, and computed targets against the recorded ones."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from services.command.failure import fail
from services.sla.count_time import Counting
from services.sla.policy import SlaPolicy
from services.sla.read_calendar import CalendarFaultsError, Limits, read_calendar, trusted
from services.sla.seed_calendar import UnknownPlaceError, with_holidays
from services.sla.settle import settle
from services.sla.working_time import WorkingTime
from shared.runtime.policy import load_policy

from .classes import Class, Measure, classify
from .history import Matter, Unreadable
from .mapping import CheckMapping, NamedPolicy

SHOWN = 10


@dataclass
class Differing:
    """A row on which we and the record disagree."""

    line: int
    kind: str | None
    opened: datetime
    recorded: str
    ours: str


@dataclass
class Findings:
    """What a check has found. told: how the times in texts lie to the column of closing."""

    rows: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    verdicts_differing: list[Differing] = field(default_factory=list)
    classes: dict[str, Counter[Class]] = field(default_factory=dict)
    targets_differing: list[Differing] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    @property
    def agreement(self) -> tuple[int, int]:
        """How many verdicts agree, of how many rows with target, end and label."""
        return self.verdicts["agrees"], self.verdicts["agrees"] + self.verdicts["differs"]

    @property
    def equal(self) -> tuple[int, int]:
        """How many computed targets are equal to the minute, of how many."""
        counted = sum(self.classes.values(), Counter[Class]())
        return counted[Class.EQUAL], counted.total()


def check(matters: Iterable[Matter | Unreadable], mapping: CheckMapping) -> Findings:
    """Read everything once."""
    findings, zone = Findings(), ZoneInfo(mapping.zone)
    rows = list(matters)
    measures = _measures(mapping.policy, [row.opened for row in rows if isinstance(row, Matter)])
    for row in rows:
        findings.rows += 1
        if isinstance(row, Unreadable):
            findings.unreadable.append(row)
            continue
        _judge(row, mapping, zone, findings)
        _compare_text(row, zone, findings)
        if row.kind in measures and row.target is not None:
            _compare(row, row.target, measures[row.kind], zone, findings)
    return findings


def _judge(row: Matter, mapping: CheckMapping, zone: ZoneInfo, findings: Findings) -> None:
    """What was done at the due time is in time."""
    if row.target is None or row.closed is None:
        findings.verdicts["without target or end"] += 1
        return
    late = settle(row.target, told_broken=False, happened_at=row.closed, now=row.closed).late
    ours, recorded = ("late" if late else "in time"), mapping.labels.get(row.label or "")
    if recorded is None:
        findings.verdicts["without a label"] += 1
        return
    findings.verdicts["agrees" if ours == recorded else "differs"] += 1
    if ours != recorded:
        findings.verdicts_differing.append(
            Differing(row.line, row.kind, row.opened.astimezone(zone), recorded, ours)
        )


def _compare(row: Matter, recorded: datetime, measure: Measure, zone: ZoneInfo, findings: Findings) -> None:
    found, computed = classify(row.opened, recorded, measure, zone)
    findings.classes.setdefault(row.kind or "", Counter())[found] += 1
    if found is not Class.EQUAL:
        local = [f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}" for moment in (recorded, computed)]
        findings.targets_differing.append(Differing(row.line, row.kind, row.opened.astimezone(zone), *local))


def _compare_text(row: Matter, zone: ZoneInfo, findings: Findings) -> None:
    """A text that names the end in UTC differs from the column by the offset of the day."""
    if row.told is None or row.closed is None:
        return
    local = row.closed.astimezone(zone)
    in_utc, on_wall = row.closed.replace(microsecond=0), local.replace(tzinfo=row.told.tzinfo, microsecond=0)
    if abs((row.told - in_utc).total_seconds()) < 60:
        findings.told["is in UTC, the column in local time"] += 1
    elif abs((row.told - on_wall).total_seconds()) < 60:
        findings.told["is the same local time"] += 1
    else:
        findings.told["is another time"] += 1


def _measures(policy: NamedPolicy | None, opened: list[datetime]) -> dict[str | None, Measure]:
    if policy is None or not opened:
        return {}
    rest = load_policy(SlaPolicy, "sla").rest
    years = range(min(opened).year - 1, max(opened).year + 3)
    try:
        calendar = read_calendar("policy", policy.calendar.document(), {}, Limits(min(opened).date(), rest))
        if policy.holidays is not None:
            calendar = trusted(
                with_holidays(calendar, policy.holidays.country, policy.holidays.subdivision, years)
            )
    except (CalendarFaultsError, UnknownPlaceError) as error:
        fail(f"policy.calendar: {error}|policy.calendar 无法使用：{error}", 2)
    working = WorkingTime(calendar, rest.search_days)
    without = WorkingTime(calendar._replace(holidays={}), rest.search_days)
    return {
        kind: Measure(
            Counting(
                "policy",
                1,
                target.seconds,
                target.working_days,
                rule=policy.start_rules[target.start].rule() if target.start is not None else None,
            ),
            working,
            without,
        )
        for kind, target in policy.targets.items()
    }
