"""Who held the time of a promise: owners, handlers and parts asked of others, as routing tells it (FC-14, FC-16, FC-17)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.breach_share import Held, breach_share
from services.sla.used_time import Used
from shared.events.routing import (
    HandlerAssigned,
    OwnerChanged,
    TaskAsked,
    TaskDone,
    TaskRefused,
    TaskReleased,
)
from shared.events.vocabulary import Channel, OwnerChangeReason, TransferReason
from tests.builders import now, owner_named, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import HOUR, receive
from .test_calendars_kept import IN_CALENDAR, at, get
from .test_promises_at_once import statements_of
from .test_promises_paused import paused, resumed

NOON = now()


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


def assigned(complaint_id: UUID, department: str, when: datetime, **changes: Any) -> HandlerAssigned:
    facts: dict[str, Any] = {
        "complaint_id": complaint_id,
        "handler_id": f"h-{department}",
        "handler_name": "Handler",
        "department": department,
        "reason": TransferReason.NOT_COMPETENT,
        "assigned_at": when,
    }
    return HandlerAssigned(**(facts | changes))


def asked(complaint_id: UUID, department: str, when: datetime, hours: float = 2) -> TaskAsked:
    return TaskAsked(
        complaint_id=complaint_id,
        task_id=uuid4(),
        department=department,
        lead_department="front-desk",
        by="a100",
        asked_at=when,
        due_at=when + hours * HOUR,
        manager_id="m1",
        manager_channel=Channel.EMAIL,
        manager_reply_to=None,
    )


def done(task: TaskAsked, when: datetime) -> TaskDone:
    return TaskDone(
        complaint_id=task.complaint_id,
        task_id=task.task_id,
        department=task.department,
        by="x1",
        done_at=when,
        late=when > task.due_at,
    )


def owner_changed(complaint_id: UUID, from_id: str, department: str, when: datetime) -> OwnerChanged:
    return OwnerChanged(
        complaint_id=complaint_id,
        from_id=from_id,
        owner_id="o2",
        owner_name="Owner 2",
        department=department,
        reason=next(iter(OwnerChangeReason)),
        by="l1",
        changed_at=when,
        lead_id="l1",
        lead_name="Lead",
        staff_channel=Channel.EMAIL,
        owner_reply_to=None,
        lead_reply_to=None,
        policy_version="t",
    )


async def hours_of(sla: ServiceUnderTest, complaint_id: UUID, kind: str = "SOLVE") -> dict[str | None, float]:
    """Hours of a promise by the department that held them."""
    told = await get(sla, f"complaints/{complaint_id}/shares")
    [promise] = [one for one in told["promises"] if one["kind"] == kind]
    assert sum(one["share"] for one in promise["shares"]) == pytest.approx(1)
    return {one["department"]: round(one["seconds"] / 3600, 2) for one in promise["shares"]}


async def test_fc_17_the_time_of_a_promise_is_shared_out_by_who_held_it(sla: ServiceUnderTest) -> None:
    start = NOON - 100 * HOUR
    complaint_id = await receive(sla, received_at=start)
    await sla.hears(
        owner_named(complaint_id, owned_at=start + HOUR),
        assigned(complaint_id, "network", start + 10 * HOUR),
        assigned(complaint_id, "billing", start + 70 * HOUR),
        resolved(complaint_id, resolved_at=start + 80 * HOUR),
    )
    assert await hours_of(sla, complaint_id) == {"network": 60, "billing": 10, "front-desk": 9, None: 1}


async def test_fc_16_while_a_department_is_asked_for_its_part_the_time_is_its_own(
    sla: ServiceUnderTest,
) -> None:
    start = NOON - 100 * HOUR
    complaint_id = await receive(sla, received_at=start)
    line, cable = (
        asked(complaint_id, "line", start + 10 * HOUR),
        asked(complaint_id, "cable", start + 20 * HOUR),
    )
    refused = TaskRefused(
        complaint_id=complaint_id,
        task_id=line.task_id,
        department="line",
        by="x1",
        refused_at=start + 12 * HOUR,
        manager_id="m1",
        manager_channel=Channel.EMAIL,
        manager_reply_to=None,
    )
    released = TaskReleased(
        complaint_id=complaint_id,
        task_id=cable.task_id,
        department="cable",
        by="a100",
        released_at=start + 40 * HOUR,
    )
    await sla.hears(owner_named(complaint_id, owned_at=start), line, refused, cable)
    await sla.hears(
        done(line, start + 30 * HOUR), released, resolved(complaint_id, resolved_at=start + 80 * HOUR)
    )
    assert await hours_of(sla, complaint_id) == {"front-desk": 50, "line": 15, "cable": 15}
    told = await get(sla, f"complaints/{complaint_id}/shares")
    assert [(one["department"], one["late"]) for one in told["held"] if one["is_part"]] == [
        ("line", True),
        ("cable", True),
    ]


@pytest.mark.parametrize(("hours", "late"), [(3, False), (1, True)])
async def test_fc_14_an_internal_promise_is_kept_or_late_beside_the_customers(
    sla: ServiceUnderTest, hours: float, late: bool
) -> None:
    start = NOON - 10 * HOUR
    complaint_id = await receive(sla, received_at=start)
    await sla.hears(
        assigned(complaint_id, "network", start, answer_by=start + hours * HOUR),
        assigned(complaint_id, "front-desk", start + 2 * HOUR),
    )
    told = await get(sla, f"complaints/{complaint_id}/shares")
    assert [(one["department"], one["late"]) for one in told["held"]] == [
        ("network", late),
        ("front-desk", None),
    ]
    [solve] = [one for one in told["promises"] if one["kind"] == "SOLVE"]
    assert not solve["late"], "the customer's own promise is not touched by it"


@pytest.mark.parametrize(("result_after", "late"), [(2, False), (4, True)])
async def test_fc_14_an_internal_promise_ends_with_the_result_and_is_not_late_afterwards(
    sla: ServiceUnderTest, result_after: float, late: bool
) -> None:
    """The department still has it when its time is over; opened again, what it answered stays answered."""
    start = NOON - 10 * HOUR
    complaint_id = await receive(sla, received_at=start)
    await sla.hears(
        assigned(complaint_id, "network", start, answer_by=start + 3 * HOUR),
        resolved(complaint_id, resolved_at=start + result_after * HOUR),
    )
    [held] = (await get(sla, f"complaints/{complaint_id}/shares"))["held"]
    assert (held["until"], held["late"]) == (None, late)
    await sla.hears(reopened(complaint_id, reopened_at=start + 5 * HOUR))
    [held] = (await get(sla, f"complaints/{complaint_id}/shares"))["held"]
    assert held["late"] == late


async def test_fc_17_a_pause_and_the_night_are_nobodys_time(start_service: StartService) -> None:
    sla = await start_service("sla", IN_CALENDAR)
    complaint_id = await receive(sla, received_at=at("2026-03-06T16:00"))
    pause = paused(complaint_id, 0, paused_at=at("2026-03-09T09:00"), resumes_at=at("2026-03-12T09:00"))
    await sla.hears(
        owner_named(complaint_id, owned_at=at("2026-03-06T16:00")),
        assigned(complaint_id, "network", at("2026-03-06T20:00")),
        pause,
        resumed(pause, 0).model_copy(update={"resumed_at": at("2026-03-09T11:00")}),
        resolved(complaint_id, resolved_at=at("2026-03-10T10:00")),
    )
    assert await hours_of(sla, complaint_id) == {"front-desk": 2, "network": 1 + 4.5 + 1}


async def test_an_owner_who_changes_takes_it_only_from_the_owner_before(sla: ServiceUnderTest) -> None:
    start = NOON - 100 * HOUR
    mine, handled = await receive(sla, received_at=start), await receive(sla, received_at=start)
    for complaint_id in (mine, handled):
        await sla.hears(owner_named(complaint_id, owned_at=start))
    await sla.hears(assigned(handled, "network", start + HOUR))
    await sla.hears(*(owner_changed(one, "a100", "branch", start + 2 * HOUR) for one in (mine, handled)))
    await sla.hears(*(resolved(one, resolved_at=start + 10 * HOUR) for one in (mine, handled)))
    assert await hours_of(sla, mine) == {"branch": 8, "front-desk": 2}
    assert await hours_of(sla, handled) == {"network": 9, "front-desk": 1}


async def test_fc_17_the_report_credits_breaches_and_names_the_costliest_hand_over(
    sla: ServiceUnderTest,
) -> None:
    start = NOON - 100 * HOUR
    for late in (True, True, False):
        complaint_id = await receive(sla, received_at=start)
        await sla.hears(
            owner_named(complaint_id, owned_at=start),
            assigned(complaint_id, "network", start + 20 * HOUR),
            assigned(complaint_id, "billing", start + 60 * HOUR),
            resolved(complaint_id, resolved_at=start + (80 if late else 70) * HOUR),
        )
    told = await get(sla, "reports/shares")
    assert told["late"] == 2
    assert {one["department"]: one["breaches"] for one in told["departments"]} == {
        "network": 1.0,
        "front-desk": 0.5,
        "billing": 0.5,
    }
    assert sum(one["breaches"] for one in told["departments"]) == told["late"]
    assert told["hand_overs"] == [
        {"from": "front-desk", "to": "network", "times": 2, "seconds": 80 * 3600},
        {"from": "network", "to": "billing", "times": 2, "seconds": 40 * 3600},
    ]
    assert (await get(sla, "reports/shares?kind=UPDATE"))["late"] == 3
    assert (await get(sla, "reports/shares?most=1"))["late"] == 1


async def test_hand_overs_of_sixty_complaints_take_as_many_statements_as_of_one(
    sla: ServiceUnderTest,
) -> None:
    counted = []
    for size in (1, 60):
        complaints = [uuid4() for _ in range(size)]
        tasks = [asked(one, "line", NOON) for one in complaints]
        counted.append(
            [
                await statements_of(sla, *(owner_named(one) for one in complaints)),
                await statements_of(sla, *(assigned(one, "network", NOON) for one in complaints)),
                await statements_of(sla, *tasks),
                await statements_of(sla, *(done(task, NOON) for task in tasks)),
            ]
        )
    assert counted[0] == counted[1]


async def test_a_complaint_that_is_not_known_has_no_shares(sla: ServiceUnderTest) -> None:
    assert await get(sla, f"complaints/{uuid4()}/shares") == {"held": [], "promises": []}
    for wrong, field in (("kind=NOTHING", "kind"), ("most=0", "most"), ("since=soon", "since")):
        refused = await sla.client.get(f"/sla/v1/reports/shares?{wrong}")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


_MINUTES = st.integers(0, 500)


@settings(deadline=None)
@given(
    st.lists(st.tuples(_MINUTES, _MINUTES), max_size=4),
    st.lists(st.tuples(st.sampled_from("abc"), _MINUTES, st.none() | _MINUTES, st.booleans()), max_size=6),
)
def test_fc_17_shares_add_up_to_the_time_that_was_used_and_match_counting_by_minutes(
    stretches: list[tuple[int, int]], held: list[tuple[str, int, int | None, bool]]
) -> None:
    minute = timedelta(minutes=1)
    marks = sorted({mark for pair in stretches for mark in pair})
    used = [Used(NOON + a * minute, NOON + b * minute) for a, b in zip(marks[::2], marks[1::2], strict=False)]
    had = [
        Held(name, NOON + since * minute, None if until is None else NOON + until * minute, part)
        for name, since, until, part in sorted(held, key=lambda one: one[1])
    ]
    shares = breach_share(used, had)
    assert sum(shares.values()) == pytest.approx(sum(one.seconds for one in used))
    expected: dict[str | None, float] = {}
    for one in used:
        at_ = one.since
        while at_ < one.until:
            parts = {h.department for h in had if h.is_part and h.has_it_at(at_)}
            whole = [h.department for h in had if not h.is_part and h.has_it_at(at_)]
            holders: list[str | None] = [*parts] or [*whole[-1:]] or [None]
            for name in holders:
                expected[name] = expected.get(name, 0) + 60 / len(holders)
            at_ += minute
    assert shares == pytest.approx(expected)
