"""`redress sla check`: agreement with a history, and every disagreement in a named class."""

from pathlib import Path

import pytest

from services.command.sla_check.check import Findings, check
from services.command.sla_check.classes import Class
from services.command.sla_check.history import read_history
from services.command.sla_check.mapping import load_check_mapping
from services.command.sla_check.report import report

from .running import redress

EXAMPLE = Path("examples/sla_check/city_requests_boston.toml")
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "city_requests_boston.csv"

MAPPING = """
formats = ["%Y-%m-%d %H:%M:%S"]
zone = "America/New_York"
columns = { opened = "opened", target = "target", closed = "closed", label = "flag", kind = "kind" }
labels = { yes = "in time", no = "late" }
[policy]
name = "two-days"
calendar.zone = "America/New_York"
calendar.week.mon = ["09:00-17:00"]
calendar.week.tue = ["09:00-17:00"]
calendar.week.wed = ["09:00-17:00"]
calendar.week.thu = ["09:00-17:00"]
calendar.week.fri = ["09:00-17:00"]
calendar.holidays = { "2026-03-04" = "a day off" }
start_rules.office.steps = [{ when = "after", clock = 17:00:00, move_to = 09:00:00 }]
targets.repair = { working_days = 2, start = "office" }

[[text_times]]
column = "text"
pattern = 'ended (\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d)'
format = "%Y-%m-%d %H:%M:%S"
"""
HEADER = "opened,target,closed,flag,kind,text\n"


def found(tmp_path: Path, *rows: str) -> Findings:
    """What the check finds in these rows."""
    mapping, file = tmp_path / "mapping.toml", tmp_path / "history.csv"
    mapping.write_text(MAPPING, encoding="utf-8")
    file.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    read = load_check_mapping(mapping)
    return check(read_history(file, read), read)


def test_the_verdict_is_compared_with_the_recorded_flag(tmp_path: Path) -> None:
    findings = found(
        tmp_path,
        "2026-03-09 10:00:00,2026-03-11 10:00:00,2026-03-11 10:00:00,yes,x,",
        "2026-03-09 10:00:00,2026-03-11 10:00:00,2026-03-11 10:00:01,no,x,",
        "2026-03-09 10:00:00,2026-03-11 10:00:00,2026-03-11 10:00:01,yes,x,",
        "2026-03-09 10:00:00,2026-03-11 10:00:00,,yes,x,",
        "2026-03-09 10:00:00,2026-03-11 10:00:00,2026-03-11 10:00:01,,x,",
    )
    assert findings.agreement == (2, 3)
    [row] = findings.verdicts_differing
    assert (row.line, row.recorded, row.ours) == (4, "in time", "late")
    assert (findings.verdicts["without target or end"], findings.verdicts["without a label"]) == (1, 1)


@pytest.mark.parametrize(
    ("opened", "target", "expected"),
    [
        ("2026-03-09 10:00:00", "2026-03-11 10:00:40", Class.EQUAL),
        ("2026-03-09 17:30:00", "2026-03-12 09:00:00", Class.EQUAL),
        ("2026-03-09 10:00:00", "2026-03-11 10:01:10", Class.SECONDS),
        ("2026-03-09 10:00:00", "2026-03-09 10:00:00", Class.AT_OPENING),
        ("2026-03-03 10:00:00", "2026-03-05 10:00:00", Class.WORKED_HOLIDAY),
        ("2026-03-09 10:00:00", "2026-03-12 10:00:00", Class.ONE_DAY_MORE),
        ("2026-03-09 10:00:00", "2026-03-10 10:00:00", Class.ONE_DAY_LESS),
        ("2026-03-09 10:00:00", "2026-03-16 10:00:00", Class.OTHER_DAYS),
        ("2026-03-09 10:00:00", "2026-03-11 14:00:00", Class.OFFSET),
        ("2026-03-09 10:00:00", "2026-04-01 23:11:00", Class.OUTSIDE),
    ],
)
def test_every_target_belongs_to_one_named_class(
    tmp_path: Path, opened: str, target: str, expected: Class
) -> None:
    findings = found(tmp_path, f"{opened},{target},,,repair,")
    assert findings.classes == {"repair": {expected: 1}}
    assert len(findings.targets_differing) == (expected is not Class.EQUAL)


def test_a_text_that_names_the_end_in_utc_is_found_out(tmp_path: Path) -> None:
    findings = found(
        tmp_path,
        "2026-03-03 10:00:00,,2026-03-05 10:00:00,,x,ended 2026-03-05 15:00:00",
        "2026-07-01 10:00:00,,2026-07-05 10:00:00,,x,ended 2026-07-05 14:00:00",
        "2026-07-01 10:00:00,,2026-07-05 10:00:00,,x,ended 2026-07-05 10:00:00",
        "2026-07-01 10:00:00,,2026-07-05 10:00:00,,x,ended 2026-07-09 10:00:00",
    )
    assert findings.told == {
        "is in UTC, the column in local time": 2,
        "is the same local time": 1,
        "is another time": 1,
    }


def test_rows_that_cannot_be_read_are_counted_with_their_reason(tmp_path: Path) -> None:
    findings = found(tmp_path, "yesterday,,,,x,", ",,,,x,", "2026-03-03 10:00:00,soon,,,x,")
    assert [row.line for row in findings.unreadable] == [2, 3, 4]
    assert "none of the formats" in report(findings, None)[1]


def test_the_report_has_both_shares_and_the_first_differences(tmp_path: Path) -> None:
    findings = found(
        tmp_path,
        "2026-03-09 10:00:00,2026-03-11 10:00:00,2026-03-11 10:00:00,yes,repair,",
        "2026-03-09 10:00:00,2026-03-10 10:00:00,2026-03-11 10:00:00,no,repair,",
    )
    text = "\n".join(report(findings, "two-days"))
    assert "late or in time: 2 of 2 (100.00%) agree with the record" in text
    assert "by policy two-days: 1 of 2 (50.00%) equal to the minute" in text
    assert (
        "line 3: opened 2026-03-09 10:00:00 Mon, recorded 2026-03-10 10:00:00, ours 2026-03-11 10:00:00"
        in text
    )


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (("columns = { opened", "columns = { start"), "columns.opened: Field required"),
        (('start = "office"', 'start = "home"'), "there is no start rule 'home'"),
        (('"09:00-17:00"]', '"17:00-09:00"]'), "policy.calendar: week.mon.0: ends before it starts"),
        (('opened = "opened"', 'opened = "OPENED"'), "has no column OPENED"),
        (("formats", "format"), "formats: Field required"),
    ],
)
def test_a_mapping_that_cannot_be_one_is_refused_in_one_line(
    tmp_path: Path, broken: tuple[str, str], said: str
) -> None:
    mapping, file = tmp_path / "mapping.toml", tmp_path / "history.csv"
    mapping.write_text(MAPPING.replace(*broken, 1), encoding="utf-8")
    file.write_text(HEADER + "2026-03-09 10:00:00,,,,repair,\n", encoding="utf-8")
    ended = redress("sla", "check", str(file), "--mapping", str(mapping))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_the_history_of_a_city_agrees_and_every_difference_is_named() -> None:
    if not REAL.exists():
        pytest.skip(f"the sample data are not at {REAL.parent}")
    read = load_check_mapping(EXAMPLE)
    findings = check(read_history(REAL, read), read)
    assert findings.agreement == (4283, 4283)
    equal, compared = findings.equal
    assert len(findings.classes) == 10
    assert compared == 2698
    assert equal / compared > 0.95
    unexplained = sum(classes[Class.OUTSIDE] for classes in findings.classes.values())
    assert unexplained < 10
    assert set(findings.told) == {"is in UTC, the column in local time"}
