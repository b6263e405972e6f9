"""What an incident is worth is decided once, and granted to each of its complaints once (REM-6)."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.events.routing import RemedyApproved, RemedyProposed
from tests.service_under_test import ServiceUnderTest, StartService

from .people import STAFF, post, resolve, staff_file, taken_by
from .test_appeals_overdue import HEAD
from .test_incidents import ended, follow, joined
from .test_late_compensation import note, repaired

ON = "[routing]\nversion='t'\n[routing.late]\nscheme='gb'"
CHINA = "[routing]\nversion='t'\n[routing.late]\nscheme='cn'"


@pytest.fixture
async def routing(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("routing", ON, staff_file=staff_file(tmp_path, STAFF + HEAD))


async def children(routing: ServiceUnderTest, incident: UUID, count: int = 2) -> list[UUID]:
    found = [await taken_by(routing, "f1") for _ in range(count)]
    await routing.hears(*(joined(child, incident) for child in found))
    return found


async def decide(routing: ServiceUnderTest, incident: UUID, **body: Any) -> httpx.Response:
    said = {"event": "MISSED_VISIT", "by": "h1"} | body
    return await routing.client.post(f"/routing/v1/incidents/{incident}/compensations", json=said)


async def granted(routing: ServiceUnderTest) -> Counter[tuple[UUID, int]]:
    return Counter((told.complaint_id, told.amount) for told in await routing.said(RemedyApproved))


async def test_rem_6_what_is_decided_for_an_incident_is_granted_to_each_of_its_complaints_once(
    routing: ServiceUnderTest,
) -> None:
    incident = uuid4()
    first, second = await children(routing, incident)
    await taken_by(routing, "f1")
    for _ in range(2):
        assert (await decide(routing, incident)).status_code == 200
        await follow(routing)
    assert await granted(routing) == {(first, 3_231): 1, (second, 3_231): 1}
    [one, _] = await routing.said(RemedyProposed)
    assert (one.by, one.because, one.kind) == ("REM-6", ("REM-6",), "CREDIT")
    page = await routing.client.get(f"/routing/v1/incidents/{incident}/compensations")
    [decided] = page.json()["items"]
    assert (decided["amount"], decided["decided_by"], decided["granted"], decided["policy_version"]) == (
        *(3_231, "h1", 2),
        "t",
    )


async def test_rem_6_who_joins_later_is_granted_it_too_and_who_has_ended_is_not(
    routing: ServiceUnderTest,
) -> None:
    incident = uuid4()
    early, ended_before = await children(routing, incident)
    await post(routing, ended_before, "rejection", by="f1", text="It was right.", reason="NO_GROUND")
    await decide(routing, incident, event="LATE_START", days=2)
    await follow(routing)
    [late] = await children(routing, incident, 1)
    await follow(routing)
    await routing.hears(joined(late, incident))
    await follow(routing)
    assert await granted(routing) == {(early, 1_292): 1, (late, 1_292): 1}


async def test_rem_6_each_child_keeps_what_was_noted_for_it_alone(routing: ServiceUnderTest) -> None:
    incident = uuid4()
    child = await taken_by(routing, "b1")
    await routing.hears(joined(child, incident))
    assert (await note(routing, child, "MISSED_VISIT")).status_code == 200
    await decide(routing, incident)
    await follow(routing)
    assert await granted(routing) == {(child, 3_231): 2}


async def test_rem_6_the_late_repair_of_an_incident_is_granted_with_its_resolution(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service("routing", CHINA, staff_file=staff_file(tmp_path, STAFF + HEAD))
    incident = uuid4()
    late = await repaired(routing, timedelta(hours=30), resolves=False)
    more = await repaired(routing, timedelta(hours=50), resolves=False)
    in_time = await repaired(routing, timedelta(hours=-1), resolves=False)
    no_fault = await repaired(routing, timedelta(hours=30), is_fault=False, resolves=False)
    by_hand = await repaired(routing, timedelta(hours=30))
    for child in (late, more, in_time, no_fault, by_hand):
        await routing.hears(joined(child, incident))
    await routing.hears(ended(incident))
    await follow(routing)
    await routing.hears(ended(incident))
    await follow(routing)
    assert await granted(routing) == {(late, 6_000): 1, (more, 9_000): 1, (by_hand, 6_000): 1}


async def test_rem_6_only_somebody_high_enough_decides_for_all_and_only_where_it_is_switched_on(
    routing: ServiceUnderTest, start_service: StartService, tmp_path: Path
) -> None:
    incident = uuid4()
    await children(routing, incident, 1)
    low = await decide(routing, incident, by="b9")
    assert (low.status_code, "rank 3" in low.json()["detail"]) == (409, True)
    assert (await decide(routing, uuid4())).status_code == 404
    wrong = await decide(routing, incident, event="LATE_REPAIR")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "event")
    assert (await decide(routing, incident, by="nobody")).json()["errors"][0]["field"] == "by"
    off = await start_service("routing", staff_file=staff_file(tmp_path, STAFF + HEAD))
    await children(off, incident, 1)
    assert (await decide(off, incident)).status_code == 409
    assert await granted(routing) == await granted(off) == {}


async def test_rem_6_from_which_rank_one_decides_for_an_incident_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = f"{ON}\nfor_incident_from_rank=1"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    incident = uuid4()
    [child] = await children(routing, incident, 1)
    assert (await decide(routing, incident, by="f1")).status_code == 200
    await resolve(routing, child, "f1")
    await follow(routing)
    assert await granted(routing) == {(child, 3_231): 1}
