"""Sla through its doors: which promises are made to whom, and until when."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shared.events.sla import PromisesKept, PromisesMade
from shared.events.vocabulary import Grade, Severity
from tests.builders import complaint_received, now, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import (
    ACK,
    CONTACT,
    HOUR,
    SOLVE,
    UPDATE,
    VERSION,
    promises_made,
    receive,
    targets,
    timers_armed,
    told_about,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

MATRIX = {
    "S1": {
        "K": (10 * MINUTE, 1 * HOUR, 4 * HOUR),
        "V": (30 * MINUTE, 2 * HOUR, 8 * HOUR),
        "S": (1 * HOUR, 4 * HOUR, 24 * HOUR),
    },
    "S2": {
        "K": (30 * MINUTE, 2 * HOUR, 8 * HOUR),
        "V": (1 * HOUR, 8 * HOUR, 24 * HOUR),
        "S": (2 * HOUR, 24 * HOUR, 48 * HOUR),
    },
    "S3": {
        "K": (1 * HOUR, 8 * HOUR, 24 * HOUR),
        "V": (2 * HOUR, 24 * HOUR, 48 * HOUR),
        "S": (4 * HOUR, 48 * HOUR, 72 * HOUR),
    },
    "S4": {
        "K": (4 * HOUR, 48 * HOUR, 72 * HOUR),
        "V": (8 * HOUR, 48 * HOUR, 5 * DAY),
        "S": (24 * HOUR, 3 * DAY, 7 * DAY),
    },
}
"""The matrix of the domain rules, section 2.2, with a working hour as an hour and a working day as a day."""

CELLS = [
    pytest.param(severity, grade, *MATRIX[severity]["S" if grade == "U" else grade], id=f"{severity}×{grade}")
    for severity in Severity
    for grade in Grade
]


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


@pytest.mark.parametrize(("severity", "grade", "contact", "update", "solve"), CELLS)
async def test_2_2_every_cell_of_the_matrix_is_promised(
    sla: ServiceUnderTest,
    severity: str,
    grade: str,
    contact: timedelta,
    update: timedelta,
    solve: timedelta,
) -> None:
    complaint_id = await receive(sla, severity=severity, grade=grade)
    assert await targets(sla, complaint_id) == {
        ACK: MINUTE,
        CONTACT: contact,
        UPDATE: update,
        SOLVE: solve,
    }


async def test_promises_start_when_the_complaint_was_received(sla: ServiceUnderTest) -> None:
    yesterday = now() - DAY
    await receive(sla, received_at=yesterday, occurred_at=yesterday - DAY, severity="S2", grade="K")
    made = await promises_made(sla)
    assert {e.starts_at for e in made} == {yesterday}
    [solve] = [e for e in made if e.kind is SOLVE]
    assert (solve.round, solve.due_at, solve.target_seconds) == (1, yesterday + 8 * HOUR, 28_800)
    assert (solve.cell, solve.policy_version) == ("S2×K", VERSION)


async def test_what_is_promised_on_one_occasion_is_told_in_one_event(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    told = [(event.round, [one.kind for one in event.promises]) for event in await sla.said(PromisesMade)]
    assert told == [(1, [ACK, CONTACT, UPDATE, SOLVE]), (2, [SOLVE])]
    ids = [one.promise_id for event in await sla.said(PromisesMade) for one in event.promises]
    stored = await sla.rows("SELECT promise_id FROM promise ORDER BY promise_id")
    assert ids == [row["promise_id"] for row in stored]


async def test_many_complaints_at_once_have_four_promises_and_four_timers_each(sla: ServiceUnderTest) -> None:
    complaints = [uuid4() for _ in range(50)]
    await sla.hears(*(complaint_received(complaint_id) for complaint_id in complaints))
    made = await promises_made(sla)
    assert sorted((e.complaint_id, e.kind) for e in made) == sorted(
        (complaint_id, kind) for complaint_id in complaints for kind in (ACK, CONTACT, UPDATE, SOLVE)
    )
    assert await timers_armed(sla) == 200


async def test_a_complaint_delivered_twice_is_promised_once(sla: ServiceUnderTest) -> None:
    envelope = sla.envelope(complaint_received())
    await sla.receives(envelope)
    await sla.receives(envelope)
    assert len(await promises_made(sla)) == 4


async def test_1_2_a_grade_slower_than_the_standard_does_not_slow_down(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.matrix.S3.V]\nCONTACT=86400")
    slow = await receive(sla, severity="S3", grade="V")
    assert (await targets(sla, slow))[CONTACT] == 4 * HOUR
    made = [e for e in await promises_made(sla) if e.kind is CONTACT]
    assert (made[0].cell, made[0].policy_version) == ("S3×S", "t")


async def test_1_2_a_grade_faster_than_the_standard_speeds_up(sla: ServiceUnderTest) -> None:
    fast = await receive(sla, severity="S3", grade="V")
    assert (await targets(sla, fast))[CONTACT] == 2 * HOUR


async def test_2_2_the_matrix_and_the_receipts_minute_are_policy(start_service: StartService) -> None:
    sla = await start_service(
        "sla", "[sla]\nversion='t'\nacknowledge=5\n[sla.matrix.S3.S]\nSOLVE=0.5\nUPDATE=7.25"
    )
    told = await targets(sla, await receive(sla))
    assert told[ACK] == timedelta(seconds=5)
    assert (told[SOLVE], told[UPDATE]) == (timedelta(seconds=0.5), timedelta(seconds=7.25))
    assert told[CONTACT] == 4 * HOUR


async def test_sla_f_a_repeated_complaint_is_more_severe_and_has_half_the_time(sla: ServiceUnderTest) -> None:
    repeated = await receive(sla, repeat_index=2, repeat_of=uuid4())
    assert await targets(sla, repeated) == {
        ACK: MINUTE,
        CONTACT: 2 * HOUR,
        UPDATE: 24 * HOUR,
        SOLVE: 24 * HOUR,
    }


async def test_sla_f_a_first_complaint_is_taken_as_it_is(sla: ServiceUnderTest) -> None:
    assert (await targets(sla, await receive(sla, repeat_index=1)))[SOLVE] == 72 * HOUR


async def test_sla_f_what_intake_raised_is_not_raised_again(sla: ServiceUnderTest) -> None:
    raised = await receive(sla, severity="S2", severity_rule="REP-5", repeat_index=2)
    assert (await targets(sla, raised))[UPDATE] == 24 * HOUR


async def test_sla_f_its_factor_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.repeated]\nsolve_factor=0.25\nfrom_index=3")
    second = await receive(sla, repeat_index=2)
    third = await receive(sla, repeat_index=3)
    assert (await targets(sla, second))[SOLVE] == 72 * HOUR
    assert (await targets(sla, third))[SOLVE] == 12 * HOUR


async def test_fc_1_a_call_that_a_person_took_was_the_first_contact(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, channel="phone", taken_by="a100")
    assert await told_about(sla, CONTACT) == ["made", "kept"]
    [told] = await sla.said(PromisesKept)
    [kept] = told.promises
    assert (told.complaint_id, kept.late) == (complaint_id, False)
    assert told.kept_at < kept.due_at
    assert await timers_armed(sla) == 3


async def test_fc_1_a_complaint_that_nobody_took_has_no_contact_yet(sla: ServiceUnderTest) -> None:
    await receive(sla, channel="web", taken_by=None)
    assert await told_about(sla, CONTACT) == ["made"]
    assert await timers_armed(sla) == 4


async def test_fu_7_a_reopened_complaint_is_promised_a_result_in_half_the_time(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, severity="S2", grade="V")
    at = now()
    await sla.hears(resolved(complaint_id), reopened(complaint_id, reopened_at=at))
    again = (await promises_made(sla))[-1]
    assert (again.kind, again.round, again.cell) == (SOLVE, 2, "S2×V")
    assert (again.starts_at, again.due_at) == (at, at + 12 * HOUR)
    assert len(await promises_made(sla)) == 5
    await sla.hears(resolved(complaint_id, round=2))
    assert await told_about(sla, SOLVE) == ["made", "kept", "made", "kept"]


async def test_fu_7_every_reopening_is_promised_anew_and_not_shorter_each_time(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    for round_ in (2, 3):
        await sla.hears(resolved(complaint_id, round=round_ - 1), reopened(complaint_id, round=round_))
    made = [e for e in await promises_made(sla) if e.kind is SOLVE]
    assert [(e.round, e.due_at - e.starts_at) for e in made] == [
        (1, 72 * HOUR),
        (2, 36 * HOUR),
        (3, 36 * HOUR),
    ]


async def test_fu_7_a_complaint_that_stays_resolved_is_promised_nothing_more(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id))
    assert len(await promises_made(sla)) == 4


async def test_fu_7_its_factor_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.reopened]\nsolve_factor=0.1")
    complaint_id = await receive(sla)
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    assert (await targets(sla, complaint_id))[SOLVE] == timedelta(hours=7.2)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ("[sla.matrix.S3.S]\nSOLVE=0", "matrix.S3.S.SOLVE"),
        ("[sla.matrix.S3.S]\nCLOSE=5", "matrix.S3.S"),
        ("[sla.matrix.S3.U]\nCONTACT=5\nUPDATE=5\nSOLVE=5", "matrix.S3"),
        ("[sla.warnings.SOLVE.shares]\nW1=0.9", "warnings.SOLVE.shares"),
        ("[sla.warnings.SOLVE.shares]\nW2=1.5", "warnings.SOLVE.shares"),
        ("[sla.told]\nL1=[]", "told"),
        ("[sla.repeated]\nsolve_factor=nan", "repeated.solve_factor"),
    ],
)
async def test_a_policy_that_cannot_be_right_is_refused_with_its_place(
    start_service: StartService, wrong: str, place: str
) -> None:
    with pytest.raises(Exception, match="sla") as refused:
        await start_service("sla", f"[sla]\nversion='t'\n{wrong}")
    assert type(refused.value).__name__ == "PolicyError"
    assert place in str(refused.value)


async def test_every_kind_of_promise_is_watched_from_its_first_rung(sla: ServiceUnderTest) -> None:
    start = now()
    await receive(sla, received_at=start)
    rows = await sla.rows("SELECT p.kind, t.due_at FROM timer t JOIN promise p ON p.promise_id = t.id")
    assert {row["kind"]: row["due_at"] - start for row in rows} == {
        ACK: MINUTE,
        CONTACT: 0.8 * 4 * HOUR,
        UPDATE: 24 * HOUR,
        SOLVE: 36 * HOUR,
    }
