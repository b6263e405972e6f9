"""Who answers for a complaint, through the door by which routing hears of it."""

from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from asyncpg import IntegrityConstraintViolationError

from services.routing.app import create_service
from shared.bus.statement import Statement
from shared.events.routing import HandlerAssigned, OwnerNamed
from shared.events.vocabulary import Language
from tests.builders import answered, complaint_received
from tests.service_under_test import SEALER, NoLog, ServiceUnderTest, StartService

from .people import STAFF, hand_over, resolve, shown, staff_file, taken_by

BILLING: dict[str, Any] = {"category": "billing"}


async def owner_of(routing: ServiceUnderTest, complaint_id: object) -> OwnerNamed:
    [named] = [named for named in await routing.said(OwnerNamed) if named.complaint_id == complaint_id]
    assert isinstance(named, OwnerNamed)
    return named


@pytest.mark.parametrize("category", ["billing/fees", "network", None])
async def test_fc_1_who_took_the_call_owns_it_whether_or_not_it_is_their_field(
    routing: ServiceUnderTest, category: str | None
) -> None:
    complaint_id = await taken_by(routing, "f1", category=category)
    named = await owner_of(routing, complaint_id)
    assert (named.owner_id, named.owner_name, named.department, named.rule) == (
        "f1",
        "Front desk 1",
        "front",
        "FC-1",
    )


@pytest.mark.parametrize(
    ("account", "reason"), [("stranger", "TAKER_NOT_LISTED"), ("n1", "TAKER_MAY_NOT_OWN")]
)
async def test_fc_1_a_call_taken_by_somebody_who_cannot_own_goes_to_the_duty_desk_with_the_reason(
    routing: ServiceUnderTest, account: str, reason: str
) -> None:
    complaint_id = await taken_by(routing, account, **BILLING)
    named = await owner_of(routing, complaint_id)
    assert (named.owner_id, named.rule) == ("duty1", "DUTY-DESK")
    why = (await shown(routing, complaint_id))["why"]
    assert why == {
        "rule": "DUTY-DESK",
        "reason": reason,
        "policy_version": "routing-2026-11-4",
        "staff_version": routing.service.app.state.desk.directory.version,
    }


@pytest.mark.parametrize(("taker_owns", "owner"), [("true", ("f1", "FC-1")), ("false", ("b1", "FC-3"))])
async def test_fc_1_that_who_took_it_owns_it_is_policy(
    start_service: StartService, tmp_path: Path, taker_owns: str, owner: tuple[str, str]
) -> None:
    policy = f"[routing]\nversion='t'\n[routing.ownership]\ntaker_owns={taker_owns}"
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    named = await owner_of(routing, await taken_by(routing, "f1", **BILLING))
    assert (named.owner_id, named.rule) == owner


async def test_an_empty_installations_duty_desk_owns_everything(empty_routing: ServiceUnderTest) -> None:
    by_web = await taken_by(empty_routing, None, **BILLING)
    by_phone = await taken_by(empty_routing, "a100")
    for complaint_id in (by_web, by_phone):
        named = await owner_of(empty_routing, complaint_id)
        assert (named.owner_id, named.department, named.lead_id) == ("duty", "duty-desk", "duty")
        assert (named.owner_reply_to, named.lead_reply_to) == (None, None)
    assert await empty_routing.said(HandlerAssigned) == []


async def test_fc_3_a_web_complaint_goes_to_the_department_that_serves_its_category(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, None, case_type="FAULT", category="billing/fees/late")
    named = await owner_of(routing, complaint_id)
    assert (named.department, named.rule) == ("billing", "FC-3")


async def test_fc_3_a_case_type_decides_where_no_category_does(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, None, case_type="SUGGESTION", category="weather")
    assert (await owner_of(routing, complaint_id)).owner_id == "f1"


@pytest.mark.parametrize(
    ("category", "reason"), [("weather", "NOBODY_SERVES_IT"), ("network/4g", "NOBODY_THERE_MAY_OWN")]
)
async def test_fc_3_where_nobody_can_be_assigned_the_duty_desk_owns(
    routing: ServiceUnderTest, category: str, reason: str
) -> None:
    complaint_id = await taken_by(routing, None, case_type="FAULT", category=category)
    assert (await owner_of(routing, complaint_id)).owner_id == "duty1"
    assert (await shown(routing, complaint_id))["why"]["reason"] == reason


async def test_fc_3_somebody_who_speaks_the_customers_language_comes_first(routing: ServiceUnderTest) -> None:
    for _ in range(3):
        complaint_id = await taken_by(routing, None, language=Language.CHINESE, **BILLING)
        assert (await owner_of(routing, complaint_id)).owner_id == "b9"


async def test_fc_3_the_language_coming_first_is_policy(start_service: StartService, tmp_path: Path) -> None:
    routing = await start_service(
        "routing",
        "[routing]\nversion='t'\n[routing.assignment]\nsame_language_first=false",
        staff_file=staff_file(tmp_path),
    )
    owners = set()
    for _ in range(3):
        complaint_id = await taken_by(routing, None, language=Language.CHINESE, **BILLING)
        owners.add((await owner_of(routing, complaint_id)).owner_id)
    assert owners == {"b1", "b2", "b9"}


async def test_fc_3_a_hundred_complaints_in_one_batch_are_spread_evenly(routing: ServiceUnderTest) -> None:
    await routing.hears(*(complaint_received(uuid4(), **BILLING) for _ in range(100)))
    given = Counter(named.owner_id for named in await routing.said(OwnerNamed))
    assert given == {"b1": 50, "b2": 50}


async def test_fc_3_replicas_count_the_workload_together(routing: ServiceUnderTest) -> None:
    settings = routing.service.settings.model_copy(update={"member_id": "1"})
    other = ServiceUnderTest(create_service(settings, NoLog()))
    for replica in (routing, other, routing, other):
        await taken_by(replica, None, **BILLING)
    given = Counter(named.owner_id for named in await routing.said(OwnerNamed))
    assert given == {"b1": 2, "b2": 2}
    mine = next(n.complaint_id for n in await routing.said(OwnerNamed) if n.owner_id == "b2")
    await resolve(other, mine, "b2")
    await other.hears(answered(mine))
    assert (await owner_of(routing, await taken_by(routing, None, **BILLING))).owner_id == "b2"
    await other.close()


async def test_fc_3_the_next_complaint_goes_to_whom_a_closed_one_has_freed(routing: ServiceUnderTest) -> None:
    await routing.hears(*(complaint_received(uuid4(), **BILLING) for _ in range(4)))
    mine = next(n.complaint_id for n in await routing.said(OwnerNamed) if n.owner_id == "b2")
    await resolve(routing, mine, "b2")
    await routing.hears(answered(mine))
    complaint_id = await taken_by(routing, None, **BILLING)
    assert (await owner_of(routing, complaint_id)).owner_id == "b2"


async def test_fc_3_among_equals_it_is_who_has_gone_longest_without_a_new_one(
    routing: ServiceUnderTest,
) -> None:
    first = await taken_by(routing, None, **BILLING)
    second = await taken_by(routing, None, **BILLING)
    assert [(await owner_of(routing, c)).owner_id for c in (first, second)] == ["b1", "b2"]
    for complaint_id, owner in ((first, "b1"), (second, "b2")):
        await resolve(routing, complaint_id, owner)
        await routing.hears(answered(complaint_id))
    third = await taken_by(routing, None, **BILLING)
    assert (await owner_of(routing, third)).owner_id == "b1"


async def test_fc_20_a_repeat_stays_with_the_owner_of_the_earlier_complaint(
    routing: ServiceUnderTest,
) -> None:
    earlier = await taken_by(routing, "f1")
    repeat = await taken_by(routing, "b1", repeat_of=earlier, repeat_index=2)
    named = await owner_of(routing, repeat)
    assert (named.owner_id, named.rule) == ("f1", "FC-20")


async def test_fc_20_a_complaint_and_its_repeat_in_one_batch_have_one_owner(
    routing: ServiceUnderTest,
) -> None:
    earlier = complaint_received(taken_by="f1")
    repeat = complaint_received(
        repeat_of=earlier.complaint_id, received_at=earlier.received_at.replace(year=2099)
    )
    await routing.hears(repeat, earlier)
    assert (await owner_of(routing, repeat.complaint_id)).owner_id == "f1"


async def test_fc_20_a_repeat_of_an_unknown_complaint_is_owned_like_any_other(
    routing: ServiceUnderTest,
) -> None:
    repeat = await taken_by(routing, "b1", repeat_of=uuid4(), repeat_index=2)
    assert (await owner_of(routing, repeat)).rule == "FC-1"


async def test_fc_20_an_owner_who_has_left_does_not_get_the_repeat(
    routing: ServiceUnderTest, tmp_path: Path
) -> None:
    earlier = await taken_by(routing, "f1")
    without = staff_file(tmp_path, STAFF.replace('id = "f1"', 'id = "f2"'))
    settings = routing.service.settings.model_copy(update={"staff_file": without})
    later = ServiceUnderTest(create_service(settings, NoLog()))
    repeat = await taken_by(later, None, repeat_of=earlier, repeat_index=2, **BILLING)
    assert (await owner_of(later, repeat)).rule == "FC-3"
    await later.close()


async def test_fc_20_that_repeats_stay_with_the_earlier_owner_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service(
        "routing",
        "[routing]\nversion='t'\n[routing.ownership]\nrepeat_to_earlier_owner=false",
        staff_file=staff_file(tmp_path),
    )
    earlier = await taken_by(routing, "f1")
    repeat = await taken_by(routing, "b1", repeat_of=earlier, repeat_index=2)
    assert (await owner_of(routing, repeat)).owner_id == "b1"


async def test_another_directory_names_another_owner(start_service: StartService, tmp_path: Path) -> None:
    network_serves_billing = STAFF.replace('["network", "billing/roaming"]', '["billing/fees"]').replace(
        "may_own = false", "may_own = true"
    )
    routing = await start_service("routing", staff_file=staff_file(tmp_path, network_serves_billing))
    complaint_id = await taken_by(routing, None, category="billing/fees")
    assert (await owner_of(routing, complaint_id)).owner_id == "n1"


async def test_addresses_of_owner_and_lead_are_told_sealed_for_this_complaint(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "b1")
    named = await owner_of(routing, complaint_id)
    assert (named.lead_id, named.lead_name) == ("b9", "Billing lead")
    assert named.owner_reply_to is not None
    assert named.lead_reply_to is not None
    assert "@" not in named.owner_reply_to + named.lead_reply_to
    assert SEALER.open(named.owner_reply_to, str(complaint_id)) == "b1@example.com"
    assert SEALER.open(named.lead_reply_to, str(complaint_id)) == "b9@example.com"


@pytest.mark.parametrize(
    ("owners_contact", "channel", "told"),
    [('channel = "sms", address = "+8613800138000"', "sms", (True, False)), (None, "email", (False, True))],
)
async def test_an_address_of_another_channel_than_the_one_told_is_left_out(
    start_service: StartService,
    tmp_path: Path,
    owners_contact: str | None,
    channel: str,
    told: tuple[bool, bool],
) -> None:
    contact = 'contact = { channel = "email", address = "b1@example.com" }'
    people = STAFF.replace(contact, f"contact = {{ {owners_contact} }}" if owners_contact else "")
    routing = await start_service("routing", staff_file=staff_file(tmp_path, people))
    named = await owner_of(routing, await taken_by(routing, "b1"))
    assert named.staff_channel == channel
    assert (named.owner_reply_to is not None, named.lead_reply_to is not None) == told


async def test_where_a_department_has_no_lead_the_duty_desk_leads(routing: ServiceUnderTest) -> None:
    named = await owner_of(routing, await taken_by(routing, "f1"))
    assert named.lead_id == "duty1"


async def test_a_complaint_delivered_twice_is_owned_once(routing: ServiceUnderTest) -> None:
    received = routing.envelope(complaint_received(**BILLING))
    await routing.receives(received, received)
    await routing.receives(received)
    assert len(await routing.said(OwnerNamed)) == 1
    assert await routing.rows("SELECT sum(open) AS open FROM staff_load") == [{"open": 1}]


@pytest.mark.parametrize(
    "change", ["owner_id = 'b1'", "owner_name = 'Somebody'", "rule = 'FC-3'", "owned_at = now()"]
)
async def test_fc_1_the_owner_is_written_once_even_for_the_database(
    routing: ServiceUnderTest, change: str
) -> None:
    complaint_id = await taken_by(routing, "f1")
    with pytest.raises(IntegrityConstraintViolationError, match="written once"):
        await routing.service.database.fetch(Statement(f"UPDATE complaint SET {change}"), {})
    assert (await shown(routing, complaint_id))["owner"]["staff_id"] == "f1"


async def test_fc_1_the_owner_stays_through_a_hand_over_a_reopening_and_the_close(
    routing: ServiceUnderTest,
) -> None:
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b2", reason="AUTHORITY")
    await resolve(routing, complaint_id, "b2")
    await routing.hears(answered(complaint_id, solved=False, score=1, dissatisfied=True, satisfied=False))
    await resolve(routing, complaint_id, "f1")
    await routing.hears(answered(complaint_id, round=2))
    seen = await shown(routing, complaint_id)
    assert (seen["state"], seen["owner"]["staff_id"]) == ("CLOSED", "f1")
    assert len(await routing.said(OwnerNamed)) == 1
