"""A later contact reaches the owner; while they are away the team answers, and the owner stays the owner (FC-20)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from services.routing.assign_member import Load
from services.routing.at_work import Presence, Report
from services.routing.directory import Member
from services.routing.who_hears_contact import was_there
from shared.events.routing import AnswerHeld, AnswerReleased, ContactPassedOn, OwnerChanged, OwnerNamed
from tests.service_under_test import ServiceUnderTest, StartService

from .people import attached, execute, post, shown, staff_file, taken_by

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)


async def report(routing: ServiceUnderTest, since_minutes: int = 0, **presences: str) -> None:
    """These people are as reported, the same for so many minutes."""
    reports = [{"staff_id": who, "presence": presence} for who, presence in presences.items()]
    answer = await routing.client.put("/routing/v1/presence", json={"reports": reports})
    assert answer.status_code == 200, answer.text
    await execute(routing, f"UPDATE presence SET since = now() - interval '{since_minutes} minutes'")


async def owned_by_b1(routing: ServiceUnderTest, **facts: object) -> UUID:
    return await taken_by(routing, "b1", case_type="BILLING", **facts)


async def heard_by(routing: ServiceUnderTest, complaint_id: UUID) -> tuple[str, bool]:
    await routing.hears(attached(complaint_id))
    told = (await routing.said(ContactPassedOn))[-1]
    return told.to_id, told.stands_in


async def test_fc_20_a_later_contact_reaches_the_owner(routing: ServiceUnderTest) -> None:
    complaint_id = await owned_by_b1(routing)
    assert await heard_by(routing, complaint_id) == ("b1", False)
    [told] = await routing.said(ContactPassedOn)
    assert (told.owner_id, told.channel, told.to_reply_to is not None) == ("b1", "sms", True)
    page = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/contacts")
    assert [item["passed_to"] for item in page.json()["items"]] == ["b1"]


@pytest.mark.parametrize(("minutes", "hears"), [(14, ("b1", False)), (16, ("b2", True))])
async def test_fc_20_after_a_quarter_of_an_hour_the_team_answers(
    routing: ServiceUnderTest, minutes: int, hears: tuple[str, bool]
) -> None:
    complaint_id = await owned_by_b1(routing)
    await report(routing, minutes, b1="AWAY", b9="AWAY", b2="AVAILABLE")
    assert await heard_by(routing, complaint_id) == hears
    assert (await shown(routing, complaint_id))["owner"]["staff_id"] == "b1"
    assert await routing.said(OwnerChanged) == []


async def test_fc_20_after_how_long_is_policy(start_service: StartService, tmp_path: Path) -> None:
    text = "[routing]\nversion='t'\n[routing.contact]\nowner_away_for=60"
    routing = await start_service("routing", text, staff_file=staff_file(tmp_path))
    complaint_id = await owned_by_b1(routing)
    await report(routing, 2, b1="AWAY", b9="AWAY", b2="AVAILABLE")
    assert await heard_by(routing, complaint_id) == ("b2", True)


async def test_fc_20_where_nobody_is_there_the_owner_hears_of_it(routing: ServiceUnderTest) -> None:
    complaint_id = await owned_by_b1(routing)
    await report(routing, 60, b1="AWAY", b2="AWAY", b9="AWAY")
    assert await heard_by(routing, complaint_id) == ("b1", False)


async def test_fc_20_who_talked_to_the_customer_is_not_told_and_everybody_else_is(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await owned_by_b1(routing)
    await routing.hears(attached(complaint_id, taken_by="b1"), attached(complaint_id, taken_by="f1"))
    assert [told.taken_by for told in await routing.said(ContactPassedOn)] == ["f1"]


async def test_fc_20_a_contact_heard_twice_and_one_of_no_complaint_of_ours_change_nothing(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await owned_by_b1(routing)
    contact = routing.envelope(attached(complaint_id))
    await routing.receives(contact, contact)
    await routing.hears(attached(uuid4()))
    assert len(await routing.said(ContactPassedOn)) == 1


@pytest.mark.parametrize("at_once", [True, False])
async def test_fc_20_who_stands_in_answers_in_the_owners_name(
    start_service: StartService, tmp_path: Path, at_once: bool
) -> None:
    text = f"[routing]\nversion='t'\n[routing.contact]\nstand_in_answers_at_once={str(at_once).lower()}"
    routing = await start_service("routing", text, staff_file=staff_file(tmp_path))
    complaint_id = await owned_by_b1(routing)
    assert (await post(routing, complaint_id, "answers", text="Soon.", by="b2")).status_code == 409
    await report(routing, 30, b1="AWAY", b9="AWAY", b2="AVAILABLE")
    assert await heard_by(routing, complaint_id) == ("b2", True)
    assert (await post(routing, complaint_id, "answers", text="Soon.", by="b2")).status_code == 200
    assert [told.owner_name for told in await routing.said(AnswerReleased)] == ["Billing 1"] * at_once
    assert len(await routing.said(AnswerHeld)) == (not at_once)


async def test_fc_21_the_accused_do_not_stand_in(routing: ServiceUnderTest) -> None:
    complaint_id = await owned_by_b1(routing, accused_staff="b2")
    await report(routing, 30, b1="AWAY", b9="AWAY", b2="AVAILABLE")
    assert await heard_by(routing, complaint_id) == ("b1", False)


async def test_everybody_sees_what_was_passed_on_to_them(routing: ServiceUnderTest) -> None:
    complaint_id = await owned_by_b1(routing)
    await heard_by(routing, complaint_id)
    for who, found in (("b1", 1), ("b2", 0)):
        page = await routing.client.get("/routing/v1/contacts", params={"passed_to": who})
        assert len(page.json()["items"]) == found


def test_fc_20_somebody_was_there_until_their_report_ran_out_or_they_said_so() -> None:
    someone = Member("x", "x", "a", frozenset())
    quarter = timedelta(minutes=15)

    def there(presence: Presence, expired: int, since: int) -> bool:
        ago = [NOW - timedelta(minutes=minutes) for minutes in (expired, since)]
        load = Load(report=Report(presence, ago[0], ago[1]))
        return was_there(someone, load, NOW, quarter, ZONE)

    assert there(Presence.AVAILABLE, expired=-5, since=99)
    assert there(Presence.AVAILABLE, expired=14, since=99)
    assert not there(Presence.AVAILABLE, expired=16, since=99)
    assert there(Presence.AWAY, expired=-5, since=14)
    assert not there(Presence.AWAY, expired=-5, since=16)
    absent = Member("x", "x", "a", frozenset(), absences=((NOW, NOW + quarter),))
    assert not was_there(absent, Load(report=Report(Presence.AVAILABLE, NOW + quarter)), NOW, quarter, ZONE)


async def test_rep_10_who_has_many_open_keeps_the_same_owner(routing: ServiceUnderTest) -> None:
    first = await owned_by_b1(routing)
    await taken_by(routing, None, case_type="COMPLAINT", same_owner_as=first)
    await taken_by(routing, None, case_type="COMPLAINT")
    assert [named.owner_id for named in await routing.said(OwnerNamed)] == ["b1", "b1", "f1"]
