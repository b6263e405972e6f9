"""What is owed of itself for a late repair, a missed visit or a late start, where it is switched on (REM-6)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from services.routing.late_compensation import late_since, owed_for, owed_for_repair
from services.routing.policy import RoutingPolicy
from shared.events.routing import RemedyApproved, RemedyProposed
from shared.events.sla import Promise, PromiseExtended, PromisesResumed
from shared.events.vocabulary import LateEvent, PauseReason, PromiseKind
from shared.runtime.policy import load_policy
from tests.builders import answered, now
from tests.service_under_test import ServiceUnderTest, StartService

from .people import execute, post, resolve, staff_file, taken_by

POLICY = load_policy(RoutingPolicy, "routing")
CHINA, BRITAIN = POLICY.late.schemes["cn"], POLICY.late.schemes["gb"]
MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


async def with_scheme(start_service: StartService, folder: Path, scheme: str) -> ServiceUnderTest:
    text = f"[routing]\nversion='t'\n[routing.late]\nscheme='{scheme}'"
    return await start_service("routing", text, staff_file=staff_file(folder))


async def repaired(
    routing: ServiceUnderTest, late: timedelta, *, is_fault: bool = True, resolves: bool = True
) -> UUID:
    """A complaint whose promise was broken so long ago, put right now."""
    complaint_id = await taken_by(routing, "b1", case_type="BILLING", is_fault=is_fault)
    due = (datetime.now(UTC) - late).isoformat()
    await execute(routing, f"UPDATE complaint SET due_at = '{due}' WHERE complaint_id = '{complaint_id}'")
    if resolves:
        await resolve(routing, complaint_id, "b1")
    return complaint_id


async def note(routing: ServiceUnderTest, complaint_id: UUID, event: str, **body: object) -> httpx.Response:
    return await post(routing, complaint_id, "compensations", **({"event": event, "by": "b1"} | body))


async def granted(routing: ServiceUnderTest) -> list[int]:
    return [told.amount for told in await routing.said(RemedyApproved)]


@pytest.mark.parametrize(
    ("hours", "owed"), [(-1, 0), (0, 0), (1, 3_000), (24, 3_000), (25, 6_000), (96, 12_000), (999, 12_000)]
)
def test_rem_6_for_each_day_begun_up_to_the_cap(hours: int, owed: int) -> None:
    assert owed_for_repair(MONDAY, MONDAY + timedelta(hours=hours), CHINA) == owed
    assert owed_for_repair(None, MONDAY, CHINA) == 0


def test_rem_6_the_british_sample_counts_from_the_second_working_day_after_the_report() -> None:
    since = late_since(MONDAY, MONDAY + timedelta(days=9), BRITAIN, POLICY.hours)
    assert since == MONDAY + timedelta(days=1, hours=9)
    assert owed_for_repair(since, since + timedelta(days=20), BRITAIN) == 20 * 1_034
    assert late_since(MONDAY, None, CHINA, POLICY.hours) is None
    assert (owed_for(LateEvent.MISSED_VISIT, 3, BRITAIN), owed_for(LateEvent.LATE_START, 3, BRITAIN)) == (
        *(3_231, 3 * 646),
    )


async def test_rem_6_nothing_is_granted_of_itself_unless_it_is_switched_on(routing: ServiceUnderTest) -> None:
    complaint_id = await repaired(routing, timedelta(hours=30))
    assert await granted(routing) == []
    refused = await note(routing, complaint_id, "MISSED_VISIT")
    assert (refused.status_code, "REM-6" in refused.json()["detail"]) == (409, True)


async def test_rem_6_a_late_repair_is_compensated_with_the_resolution(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await with_scheme(start_service, tmp_path, "cn")
    complaint_id = await repaired(routing, timedelta(hours=30))
    assert await granted(routing) == [6_000]
    [told] = await routing.said(RemedyProposed)
    assert (told.by, told.because, told.kind) == ("REM-6", ("REM-6",), "CREDIT")
    page = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/remedies")
    [remedy] = page.json()["items"]
    assert (remedy["state"], remedy["text"]) == ("APPROVED", "LATE_REPAIR")
    paid = await post(routing, complaint_id, f"remedies/{remedy['remedy_id']}/payment", by="b1", payment="P1")
    assert paid.status_code == 200


async def test_rem_6_what_is_in_time_or_no_fault_is_not_compensated(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await with_scheme(start_service, tmp_path, "cn")
    await repaired(routing, timedelta(hours=-1))
    await repaired(routing, timedelta(hours=30), is_fault=False)
    assert await granted(routing) == []


async def test_rem_6_resolved_again_only_the_rest_is_granted(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await with_scheme(start_service, tmp_path, "cn")
    complaint_id = await repaired(routing, timedelta(hours=30))
    await routing.hears(answered(complaint_id, solved=False, satisfied=False, dissatisfied=True))
    await execute(routing, "UPDATE complaint SET due_at = now() - interval '70 hours'")
    await resolve(routing, complaint_id, "b1")
    assert await granted(routing) == [6_000, 3_000]


async def test_rem_6_missed_visits_and_late_starts_are_noted_by_staff(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await with_scheme(start_service, tmp_path, "gb")
    complaint_id = await repaired(routing, timedelta(), resolves=False)
    assert (await note(routing, complaint_id, "MISSED_VISIT")).status_code == 200
    assert (await note(routing, complaint_id, "LATE_START", days=2)).status_code == 200
    assert await granted(routing) == [3_231, 1_292]
    refused = await note(routing, complaint_id, "LATE_REPAIR")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "event")
    assert (await note(routing, complaint_id, "MISSED_VISIT", by="f1")).status_code == 409


async def test_rem_6_the_amounts_are_policy(start_service: StartService, tmp_path: Path) -> None:
    text = "[routing]\nversion='t'\n[routing.late]\nscheme='cn'\n[routing.late.schemes.cn]\nper_day=1"
    routing = await start_service("routing", text, staff_file=staff_file(tmp_path))
    await repaired(routing, timedelta(hours=30))
    assert await granted(routing) == [2]


async def test_rem_6_a_time_that_was_extended_or_paused_counts_as_it_is_now(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await with_scheme(start_service, tmp_path, "cn")
    extended = await repaired(routing, timedelta(hours=30), resolves=False)
    paused = await repaired(routing, timedelta(hours=30), resolves=False)
    later = now() + timedelta(hours=1)
    promise = Promise(
        promise_id=uuid4(),
        kind=PromiseKind.SOLVE,
        starts_at=now() - timedelta(days=2),
        due_at=later,
        target_seconds=1.0,
        cell="S3/S",
    )
    await routing.hears(
        PromiseExtended(
            complaint_id=extended,
            promise_id=uuid4(),
            kind=PromiseKind.SOLVE,
            was_due_at=now(),
            due_at=later,
            number=1,
            approved_by="b9",
            extended_at=now(),
        ),
        PromisesResumed(
            complaint_id=paused,
            pause_id=uuid4(),
            reason=PauseReason.WAIT_CUSTOMER,
            because="STAFF",
            promises=(promise,),
            told=(),
            paused_at=now(),
            resumed_at=now(),
        ),
    )
    for complaint_id in (extended, paused):
        await resolve(routing, complaint_id, "b1")
    assert await granted(routing) == []
