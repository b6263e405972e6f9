"""A number that was changed over the API changes the next decision, which names the new version."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.events.feedback import SatisfactionAsked
from shared.events.sla import PromisesMade
from shared.events.vocabulary import PromiseKind
from tests.builders import answered, closed, complaint_received, owner_named, resolved
from tests.intake import doors as intake_doors
from tests.notify.facts import broken
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import another_process, looks_again, put_well, valid_time_comes

Decide = Callable[[ServiceUnderTest], Awaitable[tuple[Any, str | None]]]
"""Lets a service decide something; returns what, and by which version, where the decision shows it."""


async def _severity(intake: ServiceUnderTest) -> tuple[Any, str | None]:
    complaint = await intake_doors.accepted(intake)
    stored = "SELECT policy_version FROM complaint WHERE complaint_id = :id"
    [row] = await intake.rows(stored, id=complaint["complaint_id"])
    return complaint["severity"], row["policy_version"]


async def _priority(routing: ServiceUnderTest) -> tuple[Any, str | None]:
    complaint_id = uuid4()
    await routing.hears(complaint_received(complaint_id))
    stored = "SELECT base_priority, policy_version FROM complaint WHERE complaint_id = :id"
    [row] = await routing.rows(stored, id=complaint_id)
    return row["base_priority"], row["policy_version"]


async def _hours_to_solve(sla: ServiceUnderTest) -> tuple[Any, str | None]:
    await sla.hears(complaint_received())
    made = (await sla.said(PromisesMade))[-1]
    [solve] = [promise for promise in made.promises if promise.kind is PromiseKind.SOLVE]
    return (solve.due_at - solve.starts_at) / timedelta(hours=1), made.policy_version


async def _tells_of_lateness(notify: ServiceUnderTest) -> tuple[Any, str | None]:
    complaint_id = uuid4()
    await notify.hears(complaint_received(complaint_id), owner_named(complaint_id))
    await notify.hears(broken(complaint_id, PromiseKind.UPDATE))
    found = await notify.rows(
        "SELECT policy_version FROM intent WHERE kind = 'LATE' AND complaint_id = :id",
        id=complaint_id,
    )
    return bool(found), found[0]["policy_version"] if found else None


async def _asks_within_two_minutes(feedback: ServiceUnderTest) -> tuple[Any, str | None]:
    complaint_id = uuid4()
    await feedback.hears(complaint_received(complaint_id), resolved(complaint_id))
    await feedback.let_pass(timedelta(minutes=2), complaint_id)
    return complaint_id in {asked.complaint_id for asked in await feedback.said(SatisfactionAsked)}, None


async def _reasons_for_no_offer(marketing: ServiceUnderTest) -> tuple[Any, str | None]:
    complaint_id = uuid4()
    await marketing.hears(complaint_received(complaint_id, case_type="BILLING"))
    await marketing.hears(answered(complaint_id), closed(complaint_id))
    path = f"/marketing/v1/complaints/{complaint_id}/decision"
    decision = (await marketing.client.get(path)).json()
    return decision["reasons"], decision["policy_version"]


CASES: dict[str, tuple[Decide, dict[str, Any], Any, Any]] = {
    "intake": (_severity, {"severity": {"words": {"billing": {"severity": "S2"}}}}, "S3", "S2"),
    "routing": (_priority, {"queue": {"severity": {"S3": 50}}}, 22, 56),
    "sla": (_hours_to_solve, {"matrix": {"S3": {"S": {"SOLVE": 7200}}}}, 72, 2),
    "notify": (_tells_of_lateness, {"late_told_for": ["UPDATE"]}, False, True),
    "feedback": (_asks_within_two_minutes, {"question": {"ask_after": 60}}, False, True),
    "marketing": (
        _reasons_for_no_offer,
        {"gate": {"never_after_severities": ["S3"]}},
        [],
        ["OF-5"],
    ),
}


@pytest.fixture(params=CASES)
async def service(
    request: pytest.FixtureRequest, start_service: StartService, tmp_path: Path
) -> ServiceUnderTest:
    return await start_service(request.param, outbound_folder=tmp_path)


async def test_a_changed_number_changes_the_next_decision_which_names_the_version(
    service: ServiceUnderTest,
) -> None:
    decide, change, before, after = CASES[service.service.name]
    assert (await decide(service))[0] == before
    await put_well(service, {"version": "2027-a"} | change)
    what, version = await decide(service)
    assert what == after
    assert version in {"2027-a", None}


async def test_a_version_of_tomorrow_changes_nothing_today(service: ServiceUnderTest) -> None:
    decide, change, before, after = CASES[service.service.name]
    told = await put_well(service, {"version": "2127-a"} | change, valid_from="2127-01-01T00:00:00+08:00")
    assert told["in_force"] is False
    assert (await decide(service))[0] == before
    await valid_time_comes(service)
    await looks_again(service)
    assert (await decide(service))[0] == after


async def test_another_process_and_one_that_starts_later_decide_by_it_too(service: ServiceUnderTest) -> None:
    decide, change, before, after = CASES[service.service.name]
    beside = another_process(service)
    await looks_again(beside)
    assert (await decide(beside))[0] == before
    await put_well(service, {"version": "2027-a"} | change)
    await looks_again(beside)
    assert (await decide(beside))[0] == after
    await beside.close()
    restarted = another_process(service)
    await looks_again(restarted)
    assert (await decide(restarted))[0] == after
    await restarted.close()


async def test_a_transaction_that_has_begun_ends_by_the_policy_it_began_with(
    start_service: StartService,
) -> None:
    sla = await start_service("sla")
    began = sla.service.consumer
    assert began is not None
    first, second = uuid4(), uuid4()
    events = [sla.envelope(complaint_received(one)) for one in (first, second)]
    reactions = began._reactions
    await sla.receives(events[0])
    await put_well(sla, {"version": "2027-a", "matrix": {"S3": {"S": {"SOLVE": 7200}}}})
    assert began._reactions is not reactions
    await sla.receives(events[1])
    made = {one.complaint_id: one.policy_version for one in await sla.said(PromisesMade)}
    assert made[first] != "2027-a"
    assert made[second] == "2027-a"
