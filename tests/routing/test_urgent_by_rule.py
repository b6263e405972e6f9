"""A rule by the people who run it makes complaints urgent: they weigh more, and their customers hear how far they are."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.routing.app import create_service
from services.routing.follow_rule import Route, made_urgent
from shared.events.routing import OwnerNamed, ProgressTold, UrgencyChanged
from shared.events.vocabulary import Grade, Severity, Tag, Urgency
from tests.builders import complaint_received
from tests.service_under_test import NoLog, ServiceUnderTest, StartService

from .people import execute, shown, staff_file, taken_by
from .test_raised import judged_again
from .test_routing_rules import activate, active, save, why
from .test_urgency import set_urgency

HOUR = timedelta(hours=1)
PRESS: dict[str, Any] = {
    "id": "press",
    "name": "The press is watching",
    "condition": '"MEDIA_THREAT" in tags',
    "action": {"urgency": "EXTRA_URGENT", "priority": 5},
}
SEVERE: dict[str, Any] = {
    "id": "severe",
    "name": "What is severe is urgent",
    "condition": 'severity == "S2"',
    "action": {"urgency": "URGENT"},
}
MINE: dict[str, Any] = {"case_type": "BILLING", "priority": 40.0}
WATCHED: dict[str, Any] = MINE | {"tags": (Tag.MEDIA_THREAT,)}


async def score(routing: ServiceUnderTest, complaint_id: object) -> float:
    items = (await routing.client.get("/routing/v1/queues/billing")).json()["items"]
    return next(float(item["score"]) for item in items if item["complaint_id"] == str(complaint_id))


async def test_a_rule_makes_what_it_fits_urgent_and_nothing_else(routing: ServiceUnderTest) -> None:
    version = await active(routing, PRESS)
    usual, watched = await taken_by(routing, "b1", **MINE), await taken_by(routing, "b1", **WATCHED)
    assert [(await shown(routing, c))["urgency"] for c in (usual, watched)] == ["NORMAL", "EXTRA_URGENT"]
    assert (await score(routing, usual), await score(routing, watched)) == (40.0, 65.0)
    [told] = await routing.said(UrgencyChanged)
    assert (told.complaint_id, told.urgency, told.by) == (watched, "EXTRA_URGENT", "RULE")
    assert (told.rule, told.rules_version) == ("press", version)
    assert told.next_news_at - told.changed_at == HOUR


async def test_its_owner_is_told_before_that_it_is_urgent(routing: ServiceUnderTest) -> None:
    await active(routing, PRESS)
    watched = await taken_by(routing, None, **WATCHED)
    told = [event for event in await routing.said() if event.subject == str(watched)]
    assert [type(event) for event in told][:1] + [type(event) for event in told][-1:] == [
        OwnerNamed,
        UrgencyChanged,
    ]


async def test_the_customer_hears_again_and_again_until_staff_say_otherwise(
    routing: ServiceUnderTest,
) -> None:
    await active(routing, PRESS)
    watched = await taken_by(routing, "b1", **WATCHED)
    await routing.let_pass(1.1 * HOUR, watched)
    await routing.let_pass(1.1 * HOUR, watched)
    assert [told.urgency for told in await routing.said(ProgressTold)] == ["EXTRA_URGENT"] * 2
    assert (await set_urgency(routing, watched, "NORMAL")).json()["priority"] == 45.0
    await routing.let_pass(1.1 * HOUR, watched)
    assert len(await routing.said(ProgressTold)) == 2
    assert (await routing.said(UrgencyChanged))[-1].rule is None


async def test_of_a_batch_each_has_the_urgency_of_its_rule(routing: ServiceUnderTest) -> None:
    await active(routing, PRESS, SEVERE)
    batch = [
        complaint_received(**WATCHED),
        complaint_received(**MINE),
        complaint_received(**MINE, severity=Severity.S2),
    ]
    await routing.hears(*batch)
    found = [(await shown(routing, event.complaint_id))["urgency"] for event in batch]
    assert found == ["EXTRA_URGENT", "NORMAL", "URGENT"]
    timers = await routing.rows("SELECT subject FROM timer WHERE kind = 'progress' AND armed")
    assert {row["subject"] for row in timers} == {str(batch[0].complaint_id), str(batch[2].complaint_id)}


async def test_what_becomes_more_severe_is_made_urgent_then(routing: ServiceUnderTest) -> None:
    version = await active(routing, SEVERE)
    complaint_id, other = [await taken_by(routing, "b1", **MINE) for _ in range(2)]
    await routing.hears(judged_again(complaint_id, Severity.S2, 50.0), judged_again(other, Severity.S3, 50.0))
    assert (await shown(routing, complaint_id))["urgency"] == "URGENT"
    assert (await shown(routing, other))["urgency"] == "NORMAL"
    assert await score(routing, complaint_id) == 60.0
    [told] = await routing.said(UrgencyChanged)
    assert (told.complaint_id, told.rule, told.rules_version) == (complaint_id, "severe", version)
    [again] = (await why(routing, complaint_id))["asked_again"]
    assert (again["because"], again["version"], again["rule"]["id"]) == ("CONTACT", version, "severe")
    await routing.let_pass(4.1 * HOUR, complaint_id)
    assert len(await routing.said(ProgressTold)) == 1


async def test_what_staff_found_calmer_or_more_urgent_stays_so_under_the_same_rule(
    routing: ServiceUnderTest,
) -> None:
    await active(routing, PRESS, SEVERE)
    calmed = await taken_by(routing, "b1", **WATCHED)
    await set_urgency(routing, calmed, "NORMAL")
    hurried = await taken_by(routing, "b1", **MINE)
    await set_urgency(routing, hurried, "EXTRA_URGENT")
    await routing.hears(judged_again(calmed, Severity.S2, 50.0), judged_again(hurried, Severity.S2, 50.0))
    assert [(await shown(routing, c))["urgency"] for c in (calmed, hurried)] == ["NORMAL", "EXTRA_URGENT"]
    assert len(await routing.said(UrgencyChanged)) == 3


@pytest.mark.parametrize(
    ("now", "before", "after", "then"),
    [
        ("NORMAL", None, "URGENT", "URGENT"),
        ("NORMAL", "URGENT", "URGENT", "NORMAL"),
        ("NORMAL", "URGENT", "EXTRA_URGENT", "EXTRA_URGENT"),
        ("EXTRA_URGENT", None, "URGENT", "EXTRA_URGENT"),
        ("URGENT", "URGENT", None, "URGENT"),
        ("URGENT", "EXTRA_URGENT", "NORMAL", "URGENT"),
    ],
)
def test_rules_that_are_asked_again_only_ever_make_it_more_urgent(
    now: str, before: str | None, after: str | None, then: str
) -> None:
    routes = [Route(urgency=Urgency(said) if said else None) for said in (before, after)]
    assert made_urgent(Urgency(now), *routes) == then


async def test_a_dry_run_shows_what_would_be_urgent(routing: ServiceUnderTest) -> None:
    watched = await taken_by(routing, "b1", **WATCHED)
    version = (await save(routing, PRESS)).json()["version"]
    found = (await routing.client.post(f"/routing/v1/rules/{version}/dry-run", json={})).json()
    [change] = found["changes"]
    assert (change["complaint_id"], change["now"]["urgency"], change["then"]["urgency"]) == (
        str(watched),
        None,
        "EXTRA_URGENT",
    )
    assert await routing.said(UrgencyChanged) == []


async def test_why_here_shows_the_rule_that_made_it_urgent(routing: ServiceUnderTest) -> None:
    await active(routing, PRESS)
    answer = await why(routing, await taken_by(routing, "b1", **WATCHED))
    assert (answer["urgency"], answer["rules"]["rule"]["action"]["urgency"]) == ("EXTRA_URGENT",) * 2
    assert answer["asked_again"] == []


async def test_an_urgency_that_is_none_is_refused_with_its_place(routing: ServiceUnderTest) -> None:
    refused = await save(routing, PRESS | {"action": {"urgency": "VERY"}})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "rules.0.action.urgency")
    calm = PRESS | {"id": "calm", "action": {"urgency": "NORMAL"}}
    await active(routing, calm, PRESS)
    assert (await shown(routing, await taken_by(routing, "b1", **WATCHED)))["urgency"] == "NORMAL"


async def test_rules_that_were_saved_before_they_could_say_it_still_decide(routing: ServiceUnderTest) -> None:
    version = (await save(routing, PRESS | {"action": {"department": "night"}})).json()["version"]
    await execute(routing, "UPDATE rule_list SET rules = rules #- '{0,action,urgency}'")
    await activate(routing, version)
    fresh = ServiceUnderTest(create_service(routing.service.settings, NoLog()))
    case = await shown(fresh, await taken_by(fresh, "b1", **WATCHED, grade=Grade.S))
    assert (case["handler"]["department"], case["urgency"]) == ("night", "NORMAL")
    await fresh.close()


async def test_how_often_the_customer_hears_and_what_it_weighs_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = """
        [routing]
        version = 't'
        [routing.urgency]
        news_every = { EXTRA_URGENT = 600 }
        points = { NORMAL = 0, URGENT = 1, EXTRA_URGENT = 3 }
    """
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    await active(routing, PRESS)
    watched = await taken_by(routing, "b1", **WATCHED)
    assert await score(routing, watched) == 48.0
    await routing.let_pass(timedelta(minutes=11), watched)
    assert len(await routing.said(ProgressTold)) == 1
