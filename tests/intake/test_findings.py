"""What staff find about a complaint, and what it means for the customer's next one (REP-6, REP-7, REP-10)."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.intake.judge_past import NO_PAST, Past, judge_past
from services.intake.policy import IntakePolicy
from shared.events.intake import ComplaintReceived, FindingMade, RepeatReasonGiven, StaffAccountGiven
from shared.events.vocabulary import Finding, RepeatReason, Tag
from shared.runtime.policy import load_policy
from tests.builders import closed, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post, read

POLICY = load_policy(IntakePolicy, "intake").past
C1 = {"external_id": "c1"}
MATTERS = (
    "my bill is wrong",
    "no signal at home",
    "the shop closes early",
    "roaming abroad failed",
    "1 2 3 4",
)


async def put(intake: ServiceUnderTest, complaint: Any, what: str, **body: Any) -> httpx.Response:
    return await intake.client.put(f"/intake/v1/complaints/{complaint}/{what}", json=body)


async def test_the_accused_gives_an_account_and_then_somebody_else_finds(intake: ServiceUnderTest) -> None:
    found = await accepted(intake, text="your agent was rude", accused_staff="a7")
    complaint = found["complaint_id"]
    assert (await put(intake, complaint, "finding", by="l1", finding="PARTLY")).status_code == 409
    assert (await put(intake, complaint, "account", by="a8", text="I was there")).status_code == 409
    assert (await put(intake, complaint, "account", by="a7", text="I was tired")).status_code == 200
    assert (await put(intake, complaint, "finding", by="a7", finding="NOT_UPHELD")).status_code == 409
    assert (await put(intake, complaint, "finding", by="l1", finding="PARTLY")).status_code == 200
    [account] = await intake.said(StaffAccountGiven)
    [finding] = await intake.said(FindingMade)
    assert (account.by, finding.finding, finding.accused_staff) == ("a7", Finding.PARTLY, "a7")
    assert "tired" not in account.model_dump_json()
    lines = await read(intake, path(found, "/history"))
    assert [line["what"] for line in lines["items"]][1:] == ["staff_account_given", "finding_made"]
    again = await read(intake, path(found))
    assert (again["finding"], again["staff_account"]) == ("PARTLY", "I was tired")


async def test_a_complaint_that_is_not_about_staff_needs_no_account(intake: ServiceUnderTest) -> None:
    complaint = (await accepted(intake))["complaint_id"]
    assert (await put(intake, complaint, "account", by="a7", text="I was there")).status_code == 409
    assert (await put(intake, complaint, "finding", by="l1", finding="UPHELD")).status_code == 200


async def test_rep_6_what_came_again_needs_one_of_nine_reasons(intake: ServiceUnderTest) -> None:
    assert len(RepeatReason) == 9
    once = await accepted(intake, text="no signal at home", customer={"external_id": "c2"})
    twice = await accepted(intake, customer=C1)
    await post(intake, customer=C1)
    listed = await read(intake, "/intake/v1/repeats/unexplained")
    assert [item["complaint_id"] for item in listed["items"]] == [twice["complaint_id"]]
    reason = {"by": "a7", "reason": "WRONG_EXPLANATION"}
    assert (await put(intake, once["complaint_id"], "repeat-reason", **reason)).status_code == 409
    assert (await put(intake, twice["complaint_id"], "repeat-reason", **reason)).status_code == 200
    assert (await read(intake, "/intake/v1/repeats/unexplained"))["items"] == []
    assert [event.reason for event in await intake.said(RepeatReasonGiven)] == ["WRONG_EXPLANATION"]


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("account", {"by": "a7", "text": ""}, "text"),
        ("account", {"by": "a\x00", "text": "t"}, "by"),
        ("finding", {"by": "a7", "finding": "MAYBE"}, "finding"),
        ("repeat-reason", {"by": "a7", "reason": "BAD_LUCK"}, "reason"),
        ("repeat-reason", {"reason": "WITHOUT_GROUND"}, "by"),
    ],
)
async def test_wrong_words_of_staff_are_refused_by_name(
    intake: ServiceUnderTest, what: str, body: dict[str, Any], field: str
) -> None:
    refused = await put(intake, uuid4(), what, **body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_nothing_is_found_about_a_complaint_that_does_not_exist(intake: ServiceUnderTest) -> None:
    for what, body in (
        ("account", {"by": "a7", "text": "t"}),
        ("finding", {"by": "a7", "finding": "UPHELD"}),
        ("repeat-reason", {"by": "a7", "reason": "WITHOUT_GROUND"}),
    ):
        assert (await put(intake, uuid4(), what, **body)).status_code == 404
    assert await intake.rows("SELECT * FROM stream") == []


def test_rep_7_five_complaints_of_which_three_without_ground_are_frequent() -> None:
    assert judge_past(Past(5, 3), 1, POLICY) == (Tag.HIGH_FREQUENCY,)
    assert judge_past(Past(4, 3), 1, POLICY) == judge_past(Past(5, 2), 1, POLICY) == ()
    one, other = uuid4(), uuid4()
    assert Past(4, 3, newest=one).plus(other, online=False).owner_to_keep(POLICY) == one
    assert Past(3, 3, newest=one).plus(other, online=False).owner_to_keep(POLICY) is None
    changed = POLICY.model_copy(update={"frequent_from": 4, "groundless_from": 1})
    assert judge_past(Past(4, 1), 1, changed) == (Tag.HIGH_FREQUENCY,)


def test_rep_10_more_than_three_open_ones_started_online_stay_with_one_owner() -> None:
    oldest = uuid4()
    assert judge_past(Past(4, 0, 4, oldest), 1, POLICY) == (Tag.MANY_OPEN,)
    assert judge_past(Past(4, 0, 3, oldest), 1, POLICY) == judge_past(NO_PAST, 1, POLICY) == ()
    assert Past(4, 0, 4, oldest).owner_to_keep(POLICY) == oldest
    assert Past(5, 3, 4, oldest, before=uuid4()).owner_to_keep(POLICY) == oldest
    assert Past(4, 0, 4, oldest).owner_to_keep(POLICY.model_copy(update={"most_open_online": 4})) is None


async def test_rep_7_who_complains_often_without_ground_gets_a_named_contact_and_is_served_all_the_same(
    intake: ServiceUnderTest,
) -> None:
    for number, text in enumerate(MATTERS):
        found = await accepted(intake, "phone", text=text, customer=C1)
        if number < 3:
            await put(intake, found["complaint_id"], "finding", by="l1", finding="NOT_UPHELD")
    events = await intake.said(ComplaintReceived)
    assert [Tag.HIGH_FREQUENCY in event.tags for event in events] == [False] * 4 + [True]
    assert [event.same_owner_as for event in events] == [None] * 4 + [events[3].complaint_id]


@pytest.mark.parametrize(
    ("change", "groundless", "named"),
    [
        ("", 3, True),
        ("", 2, False),
        ("groundless_from=2", 2, True),
        ("frequent_from=6", 3, False),
        ("period=60", 3, False),
    ],
)
async def test_rep_7_how_many_in_how_long_and_how_many_without_ground_is_policy(
    start_service: StartService, change: str, groundless: int, named: bool
) -> None:
    intake = await start_service("intake", f"[intake]\nversion='t'\n[intake.past]\n{change}")
    for number, text in enumerate(MATTERS[:4]):
        found = await accepted(intake, "phone", text=text, customer=C1)
        await put(intake, found["complaint_id"], "finding", by="l1", finding=finding(number < groundless))
    async with intake.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE complaint SET received_at = received_at - interval '1 day'")
    last = await accepted(intake, "phone", text=MATTERS[4], customer=C1)
    assert last["tags"] == (["HIGH_FREQUENCY"] if named else [])
    assert ((await intake.said(ComplaintReceived))[-1].same_owner_as is not None) is named


def finding(without_ground: bool) -> str:
    return "NOT_UPHELD" if without_ground else "UPHELD"


async def test_rep_10_the_fourth_open_complaint_from_the_web_goes_to_the_owner_of_the_first(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    first, *_ = [await accepted(intake, text=text, customer=C1) for text in MATTERS[:4]]
    events = await intake.said(ComplaintReceived)
    assert [event.same_owner_as for event in events] == [None, None, None, UUID(first["complaint_id"])]
    assert [Tag.MANY_OPEN in event.tags for event in events] == [False, False, False, True]
    await intake.hears(resolved(UUID(first["complaint_id"])), closed(UUID(first["complaint_id"])))
    assert (await accepted(intake, text=MATTERS[4], customer=C1))["tags"] == ["MANY_OPEN"]
    more = await start_service("intake", "[intake]\nversion='t'\n[intake.past]\nmost_open_online=9")
    for text in MATTERS:
        await post(more, text=text, customer=C1)
    assert {event.same_owner_as for event in await more.said(ComplaintReceived)} == {None}


async def test_rep_10_complaints_on_the_phone_are_not_started_online(intake: ServiceUnderTest) -> None:
    for text in MATTERS[:4]:
        await post(intake, "phone", text=text, customer=C1)
    assert {event.same_owner_as for event in await intake.said(ComplaintReceived)} == {None}


def path(complaint: dict[str, Any], more: str = "") -> str:
    return f"/intake/v1/complaints/{complaint['complaint_id']}{more}"
