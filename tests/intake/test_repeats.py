"""Who says the same again: attached while it is open, opened again soon after, named later (REP-0 to REP-5)."""

from uuid import UUID

import pytest

from shared.events.intake import ComplaintReceived, ContactAttached
from shared.events.vocabulary import Tag
from tests.builders import closed, now, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post, read

C1 = {"external_id": "c1"}


async def test_rep_1_a_like_contact_joins_the_open_complaint_and_gets_its_receipt(
    intake: ServiceUnderTest,
) -> None:
    first = (await post(intake, customer=C1)).json()
    answer = await post(intake, "phone", text="my bill is still wrong", customer=C1, agent_id="a7")
    assert (answer.status_code, answer.json()["outcome"]) == (201, "attached")
    assert answer.json() | {"outcome": "created"} == first
    [told] = await intake.said(ContactAttached)
    assert (str(told.complaint_id), told.rule, told.reopens) == (first["complaint_id"], "REP-1", False)
    assert (told.taken_by, told.channel) == ("a7", "phone")
    found = await read(intake, first["status_path"])
    assert (found["contact_count"], found["text"]) == (2, "my bill is wrong")
    lines = (await read(intake, first["status_path"] + "/history"))["items"]
    assert [(line["what"], line["detail"]) for line in lines][1:] == [("contact_attached", "phone REP-1")]


async def test_rep_1_another_matter_is_a_complaint_of_its_own(intake: ServiceUnderTest) -> None:
    await post(intake, customer=C1)
    second = await accepted(intake, text="no signal at home", customer=C1)
    assert (second["repeat_of"], second["repeat_index"]) == (None, 1)
    assert await intake.said(ContactAttached) == []


async def test_rep_1_what_two_strangers_say_is_never_one_complaint(intake: ServiceUnderTest) -> None:
    for _ in range(2):
        await post(intake, "sms", sender="anonymous")
    await post(intake, customer={"external_id": "c2"})
    assert len(await intake.said(ComplaintReceived)) == 3


async def test_rep_1_the_similarity_is_policy(start_service: StartService) -> None:
    intake = await start_service("intake", "[intake]\nversion='t'\n[intake.repeat]\nsimilarity=0.99")
    await post(intake, customer=C1)
    await post(intake, text="my bill is still wrong", customer=C1)
    assert len(await intake.said(ComplaintReceived)) == 2


async def test_rep_1_what_is_worse_than_the_open_complaint_is_not_hidden_in_it(
    intake: ServiceUnderTest,
) -> None:
    first = await accepted(intake, text="my bill is wrong", customer=C1)
    worse = await accepted(intake, text="my bill is wrong, my lawyer knows", customer=C1)
    through = await accepted(intake, text="my bill is wrong", customer=C1, passed_on_by="REGULATOR")
    assert (worse["repeat_of"], worse["repeat_index"], worse["severity"]) == (first["complaint_id"], 2, "S1")
    assert (through["kind"], through["repeat_index"]) == ("BYPASS", 3)


async def test_rep_5_what_is_said_again_is_a_step_more_severe_once_in_all(intake: ServiceUnderTest) -> None:
    for _ in range(3):
        first = await accepted(intake, text="my bill is wrong", customer=C1)
        await intake.hears(resolved(UUID(first["complaint_id"]), resolved_at=now()))
        await age_resolution(intake, 73)
    told = await intake.said(ComplaintReceived)
    assert [(one.repeat_index, one.severity, one.severity_rule) for one in told] == [
        (1, "S3", "SEV-3"),
        (2, "S2", "REP-5"),
        (3, "S2", "REP-5"),
    ]
    assert told[0].priority is not None and told[1].priority is not None  # noqa: PT018
    assert told[1].priority > told[0].priority + 12


@pytest.mark.parametrize(
    ("change", "severity"), [("from_index=3", "S3"), ("steps=2", "S1"), ("steps=0", "S3")]
)
async def test_rep_5_from_when_on_and_by_how_many_steps_is_policy(
    start_service: StartService, change: str, severity: str
) -> None:
    intake = await start_service("intake", f"[intake]\nversion='t'\n[intake.severity.repeated]\n{change}")
    first = await accepted(intake, customer=C1)
    await intake.hears(resolved(UUID(first["complaint_id"]), resolved_at=now()))
    await age_resolution(intake, 73)
    assert (await accepted(intake, customer=C1))["severity"] == severity


async def test_rep_2_the_key_of_an_attached_contact_is_known_for_ever(intake: ServiceUnderTest) -> None:
    first = (await post(intake, customer=C1)).json()
    await post(intake, contact_key="again", customer=C1)
    answer = await post(intake, contact_key="again", text="something else", customer=C1)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "already_known")
    assert answer.json()["complaint_id"] == first["complaint_id"]
    assert len(await intake.said(ContactAttached)) == 1


async def test_rep_4_a_like_contact_soon_after_the_resolution_asks_to_open_it_again(
    intake: ServiceUnderTest,
) -> None:
    first = await accepted(intake, customer=C1)
    await intake.hears(resolved(UUID(first["complaint_id"]), resolved_at=now()))
    assert (await post(intake, customer=C1)).json()["outcome"] == "attached"
    [told] = await intake.said(ContactAttached)
    assert (str(told.complaint_id), told.rule, told.reopens) == (first["complaint_id"], "REP-4", True)


@pytest.mark.parametrize(("hours", "outcome", "index"), [(71, "attached", 1), (73, "created", 2)])
async def test_rep_4_after_72_hours_it_is_a_new_complaint_that_names_the_old_one(
    intake: ServiceUnderTest, hours: int, outcome: str, index: int
) -> None:
    first = await accepted(intake, customer=C1)
    await intake.hears(resolved(UUID(first["complaint_id"]), resolved_at=now()))
    await age_resolution(intake, hours)
    assert (await post(intake, customer=C1)).json()["outcome"] == outcome
    assert (await intake.said(ComplaintReceived))[-1].repeat_index == index


async def test_rep_4_the_hours_are_policy(start_service: StartService) -> None:
    intake = await start_service("intake", "[intake]\nversion='t'\n[intake.repeat]\nreopen_within=3600")
    first = await accepted(intake, customer=C1)
    await intake.hears(resolved(UUID(first["complaint_id"]), resolved_at=now()))
    await age_resolution(intake, 2)
    assert (await accepted(intake, customer=C1))["repeat_of"] == first["complaint_id"]


async def test_rep_3_thirty_days_after_the_resolution_the_same_is_something_new(
    intake: ServiceUnderTest,
) -> None:
    for days, index in ((29, 2), (31, 1)):
        known = {"external_id": f"c{days}"}
        first = await accepted(intake, customer=known)
        await intake.hears(resolved(UUID(first["complaint_id"]), resolved_at=now()))
        await age_resolution(intake, days * 24)
        assert (await accepted(intake, customer=known))["repeat_index"] == index


async def test_rep_3_the_days_are_policy(start_service: StartService) -> None:
    changed = "[intake]\nversion='t'\n[intake.repeat]\nwithin=86400\nreopen_within=60"
    intake = await start_service("intake", changed)
    first = await accepted(intake, customer=C1)
    await intake.hears(resolved(UUID(first["complaint_id"])))
    await age_resolution(intake, 48)
    assert (await accepted(intake, customer=C1))["repeat_of"] is None


async def test_rep_0_a_reopening_counts_as_saying_it_again(intake: ServiceUnderTest) -> None:
    first = await accepted(intake, customer=C1)
    complaint_id = UUID(first["complaint_id"])
    await intake.hears(resolved(complaint_id), reopened(complaint_id), resolved(complaint_id, round=2))
    await intake.hears(closed(complaint_id, round=2))
    assert (await accepted(intake, customer=C1))["repeat_index"] == 3


async def test_rep_5_a_repeat_goes_to_the_team_lead_and_the_next_one_to_the_quality_desk(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    assert await tags_of_three(intake) == [
        (),
        (Tag.TEAM_LEAD_INFORMED,),
        (Tag.TEAM_LEAD_INFORMED, Tag.CASE_REVIEW),
    ]
    changed = "[intake]\nversion='t'\n[intake.past]\nteam_lead_from=3\nreview_from=4"
    assert await tags_of_three(await start_service("intake", changed)) == [(), (), (Tag.TEAM_LEAD_INFORMED,)]


async def tags_of_three(intake: ServiceUnderTest) -> list[tuple[Tag, ...]]:
    """The tags of a complaint and of two repeats, each after the one before was closed."""
    for _ in range(3):
        found = await accepted(intake, customer=C1)
        await intake.hears(resolved(UUID(found["complaint_id"])), closed(UUID(found["complaint_id"])))
    return [event.tags for event in await intake.said(ComplaintReceived)]


async def age_resolution(intake: ServiceUnderTest, hours: int) -> None:
    async with intake.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE complaint SET resolved_at = resolved_at - make_interval(hours => $1)", (hours,)
        )
