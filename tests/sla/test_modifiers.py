"""Sla through its doors: what makes targets shorter or longer, and when a first contact begins (section 2.3)."""

from datetime import UTC, datetime, time, timedelta

import pytest

from services.sla.choose_target import same_day
from services.sla.conditions import Facts
from services.sla.modify_target import begins_at, factor_of
from services.sla.policy import SlaPolicy
from shared.events.vocabulary import Grade, PromiseKind, Severity
from shared.runtime.policy import load_policy
from tests.builders import reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import OFFICE, a_week, working_time
from .promised import CONTACT, HOUR, SOLVE, UPDATE, receive, targets

S1, S2, S3, S4 = Severity
K, V, S, U = Grade
POLICY = load_policy(SlaPolicy, "sla")
FAR = "[sla]\nversion='t'\n[sla.rural]\nareas=['the hills']\n"


def facts(grade: Grade = S, *, is_fault: bool | None = None) -> Facts:
    return Facts(S3, "SEV-3", grade, 1, is_fault=is_fault)


async def solve(sla: ServiceUnderTest, **told: object) -> timedelta:
    return (await targets(sla, await receive(sla, **told)))[SOLVE]


async def test_sla_r_a_fault_far_out_has_half_as_much_time_again(start_service: StartService) -> None:
    sla = await start_service("sla", FAR)
    assert await solve(sla, severity="S2", area="the hills", is_fault=True) == 72 * HOUR
    complaint_id = await receive(sla, severity="S2", area="the hills", is_fault=True)
    rows = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/promises")).json()
    [said] = [row["explanation"]["en"] for row in rows if row["kind"] == "SOLVE"]
    assert "× 1.5 (SLA-R) = 3 d" in said


@pytest.mark.parametrize(
    "told",
    [
        {"area": "the town", "is_fault": True},
        {"area": "the hills", "is_fault": False},
        {"area": "the hills"},
        {"is_fault": True},
    ],
)
async def test_sla_r_whoever_is_near_or_needs_nobody_to_come_has_the_usual_time(
    start_service: StartService, told: dict[str, object]
) -> None:
    sla = await start_service("sla", FAR)
    assert await solve(sla, severity="S2", **told) == 48 * HOUR


async def test_sla_r_is_for_standard_customers_and_not_for_what_is_minor(start_service: StartService) -> None:
    sla = await start_service("sla", FAR)
    assert await solve(sla, severity="S2", grade="V", area="the hills", is_fault=True) == 24 * HOUR
    assert await solve(sla, severity="S4", area="the hills", is_fault=True) == 7 * 24 * HOUR
    assert await solve(sla, severity="S2", grade="U", area="the hills", is_fault=True) == 72 * HOUR


async def test_sla_r_its_factor_and_who_it_is_for_are_policy(start_service: StartService) -> None:
    sla = await start_service("sla", FAR + "solve_factor=2.0\nonly_faults=false\ngrades=['S','V']")
    assert await solve(sla, severity="S2", grade="V", area="the hills") == 48 * HOUR


async def test_sla_f_only_the_smallest_factor_counts(start_service: StartService) -> None:
    sla = await start_service("sla", FAR)
    complaint_id = await receive(sla, severity="S2", area="the hills", is_fault=True)
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    assert (await targets(sla, complaint_id))[SOLVE] == 24 * HOUR  # FU-7 0.5, not 1.5, nor 0.75


def test_sla_p_the_smallest_factor_counts_of_all_that_apply() -> None:
    protected = facts(K)._replace(protection="expo", repeat_index=2)
    parts = {"factor": 0.4}
    stricter = POLICY.model_copy(update={"protection": POLICY.protection.model_copy(update=parts)})
    assert factor_of(SOLVE, protected, S3, reopened=True, policy=stricter) == (0.4, "SLA-P")
    assert factor_of(UPDATE, protected, S3, reopened=False, policy=POLICY) == (0.5, "SLA-P")
    assert factor_of(UPDATE, facts(K), S3, reopened=False, policy=POLICY) == (1.0, None)
    assert (
        factor_of(UPDATE, facts(V)._replace(protection="expo"), S3, reopened=False, policy=POLICY)[1] is None
    )


SAME_DAY = """
[sla]
version='t'
[[sla.policies]]
name = "fixed-line-same-day"
when = { is_fault = true, category = ["fixed-line"] }
targets = { SOLVE = { seconds = 86400, same_day_before = 16:00:00, zone = "Asia/Shanghai" } }
"""


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-20T15:59:59+08:00", "2026-11-21T00:00:00+08:00"),
        ("2026-11-20T16:00:00+08:00", "2026-11-21T16:00:00+08:00"),
        ("2026-11-20T00:00:00+08:00", "2026-11-21T00:00:00+08:00"),
        ("2026-11-20T23:00:00+08:00", "2026-11-21T23:00:00+08:00"),
    ],
)
async def test_sla_16_a_fixed_line_fault_before_four_is_repaired_the_same_day(
    start_service: StartService, at: str, due: str
) -> None:
    sla = await start_service("sla", SAME_DAY)
    start = datetime.fromisoformat(at)
    told = await solve(
        sla, severity="S2", received_at=start, occurred_at=start, is_fault=True, category="fixed-line/noise"
    )
    assert start + told == datetime.fromisoformat(due)


async def test_sla_16_is_for_faults_of_fixed_lines_only_and_asleep_by_default(
    start_service: StartService,
) -> None:
    start = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
    facts = {"severity": "S2", "received_at": start, "occurred_at": start, "category": "fixed-line"}
    awake = await start_service("sla", SAME_DAY)
    assert await solve(awake, **facts, is_fault=False) == 48 * HOUR
    assert await solve(awake, **facts, is_fault=True) == 9 * HOUR
    by_default = await start_service("sla")
    assert await solve(by_default, **facts, is_fault=True) == 48 * HOUR


def test_sla_16_the_day_is_that_of_its_zone() -> None:
    start = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    four = time(16)
    assert same_day(start, four, "UTC", 5.0) == 9 * 3600
    assert same_day(start, four, "Asia/Shanghai", 5.0) == 5.0


@pytest.mark.parametrize(
    "wrong",
    [
        "{ same_day_before = 16:00:00, working_days = 1 }",
        "{ same_day_before = 16:00:00, seconds = 5, calendar = 'cn-default' }",
        "{ same_day_before = 16:00:00, seconds = 5, zone = 'Nowhere/At-All' }",
    ],
)
async def test_sla_16_a_target_that_cannot_be_right_is_refused(
    start_service: StartService, wrong: str
) -> None:
    with pytest.raises(Exception, match=r"matrix\.S2\.S\.SOLVE"):
        await start_service("sla", f"[sla]\nversion='t'\n[sla.matrix.S2.S]\nSOLVE={wrong}")


HOURS = POLICY.outside_hours.model_copy(update={"calendar": "office"})
IN_OFFICE = working_time({"zone": "Asia/Shanghai", "week": a_week(OFFICE)})
FRIDAY_EVENING = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai
MONDAY_MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # half an hour after opening


@pytest.mark.parametrize(
    ("severity", "grade", "is_fault", "waits"),
    [
        (S3, S, None, True),
        (S4, S, True, True),
        (S3, U, None, True),
        (S3, V, False, True),
        (S3, V, True, False),
        (S3, K, None, False),
        (S2, S, None, False),
    ],
)
def test_sla_o_a_mild_complaint_outside_hours_is_answered_after_the_next_opening(
    severity: Severity, grade: Grade, is_fault: bool | None, waits: bool
) -> None:
    begins = begins_at(facts(grade, is_fault=is_fault), severity, FRIDAY_EVENING, HOURS, IN_OFFICE)
    assert begins == (MONDAY_MORNING if waits else FRIDAY_EVENING)


@pytest.mark.parametrize(
    ("clock", "begins"), [("01:00", "01:00"), ("09:59", "09:59"), ("04:30", "06:00"), ("00:00", "01:30")]
)
def test_sla_o_within_hours_a_first_contact_begins_at_once(clock: str, begins: str) -> None:
    at, expected = (datetime.fromisoformat(f"2026-11-20T{one}:00+00:00") for one in (clock, begins))
    assert begins_at(facts(), S3, at, HOURS, IN_OFFICE) == expected


def test_sla_o_without_hours_somebody_is_always_there() -> None:
    assert begins_at(facts(), S3, FRIDAY_EVENING, HOURS, None) == FRIDAY_EVENING


async def test_sla_o_is_promised_and_counted_from_there(start_service: StartService) -> None:
    sla = await start_service(
        "sla", "[sla]\nversion='t'\n[sla.outside_hours]\ncalendar='cn-default'\ngrace=3600"
    )
    told = {"received_at": FRIDAY_EVENING, "occurred_at": FRIDAY_EVENING}
    await receive(sla, **told)
    rows = await sla.rows("SELECT kind, starts_at, due_at FROM promise WHERE kind IN ('CONTACT', 'SOLVE')")
    by_kind = {PromiseKind(row["kind"]): row for row in rows}
    begins = MONDAY_MORNING + timedelta(minutes=30)
    assert (by_kind[CONTACT]["starts_at"], by_kind[CONTACT]["due_at"]) == (begins, begins + 4 * HOUR)
    assert by_kind[SOLVE]["starts_at"] == FRIDAY_EVENING


async def test_sla_o_the_default_hours_are_day_and_night(start_service: StartService) -> None:
    sla = await start_service("sla")
    complaint_id = await receive(sla, received_at=FRIDAY_EVENING, occurred_at=FRIDAY_EVENING)
    assert (await targets(sla, complaint_id))[CONTACT] == 4 * HOUR
    rows = await sla.rows("SELECT starts_at FROM promise WHERE kind = 'CONTACT'")
    assert rows[0]["starts_at"] == FRIDAY_EVENING
