"""What notify decides to tell, through the door of events."""

from datetime import timedelta
from itertools import permutations
from pathlib import Path
from uuid import uuid4

import pytest

from shared.events import Event
from shared.events.vocabulary import EscalationLevel, PromiseKind, Role
from tests.builders import closed, complaint_received, now, owner_named, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .duties import at_risk
from .facts import DUE, DUE_IN_CHINESE, DUE_IN_ENGLISH, asked, broken, escalated, promised
from .hearing import hears_in_turn, owned, told
from .news import recomputed


async def test_a_customer_is_told_the_receipt_number(notify: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    await notify.hears(complaint_received(complaint_id, receipt_number="R26112100000042"))
    [message] = await told(notify, complaint_id)
    assert (message["kind"], message["role"], message["state"]) == ("RECEIPT", "CUSTOMER", "PENDING")
    assert "R26112100000042" in message["text"]
    assert await notify.said() == []


async def test_many_complaints_in_one_batch_are_each_told_once(notify: ServiceUnderTest) -> None:
    ids = [uuid4() for _ in range(60)]
    received = [notify.envelope(complaint_received(complaint_id)) for complaint_id in ids]
    await notify.receives(*received)
    await notify.receives(*received)
    assert [len(await told(notify, complaint_id)) for complaint_id in ids] == [1] * 60


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_fc_13_every_text_to_a_customer_carries_the_owners_name_in_both_languages(
    notify: ServiceUnderTest, language: str
) -> None:
    complaint_id = await owned(notify, language=language)
    await hears_in_turn(notify, broken(complaint_id), resolved(complaint_id), asked(complaint_id))
    after_receipt = (await told(notify, complaint_id))[1:]
    assert [message["kind"] for message in after_receipt] == ["OWNER_NAMED", "LATE", "RESOLVED", "QUESTION"]
    assert all("Front desk 1" in message["text"] for message in after_receipt)
    assert all("R26112100000001" in message["text"] for message in after_receipt)
    chinese = ["负责" in message["text"] for message in after_receipt]
    assert chinese == [language == "zh-CN"] * 4


@pytest.mark.parametrize(("language", "due"), [("zh-CN", DUE_IN_CHINESE), ("en", DUE_IN_ENGLISH)])
async def test_the_owner_is_named_with_the_promised_time_in_the_customers_language(
    notify: ServiceUnderTest, language: str, due: str
) -> None:
    complaint_id = await owned(notify, language=language)
    [message] = await told(notify, complaint_id, "OWNER_NAMED")
    assert "Front desk 1" in message["text"]
    assert due in message["text"]


async def test_cal_3_the_zone_of_told_times_is_policy(start_service: StartService, tmp_path: Path) -> None:
    notify = await start_service("notify", "[notify]\nversion='t'\nzone='UTC'", outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    [message] = await told(notify, complaint_id, "OWNER_NAMED")
    assert "23 Nov 2026, 07:30" in message["text"]


@pytest.mark.parametrize(
    ("language", "due"),
    [("zh-CN", "2026年11月23日 13:00（UTC+05:30）"), ("en", "23 Nov 2026, 13:00 (UTC+05:30)")],
)
async def test_cal_3_a_customer_is_told_times_in_their_own_zone(
    notify: ServiceUnderTest, language: str, due: str
) -> None:
    complaint_id = await owned(notify, language=language, customer_zone="Asia/Kolkata")
    await notify.hears(broken(complaint_id))
    await notify.hears(recomputed(complaint_id, due_at=DUE))
    for kind in ("OWNER_NAMED", "LATE", "DUE_MOVED"):
        [message] = await told(notify, complaint_id, kind)
        assert due in message["text"]


async def test_cal_3_staff_are_told_times_in_the_zone_of_the_installation(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify, customer_zone="Asia/Kolkata")
    await notify.hears(escalated(complaint_id))
    [owner, lead] = await told(notify, complaint_id, "ESCALATION")
    assert "15:30" in owner["text"]
    assert "15:30" in lead["text"]


@pytest.mark.parametrize("zone", [None, "Asia/Shanghai", "Of/Another/Release"])
async def test_cal_3_without_another_zone_a_customer_is_told_times_as_the_installation_counts_them(
    notify: ServiceUnderTest, zone: str | None
) -> None:
    complaint_id = await owned(notify, language="zh-CN", customer_zone=zone)
    [message] = await told(notify, complaint_id, "OWNER_NAMED")
    assert DUE_IN_CHINESE in message["text"]
    assert "UTC" not in message["text"]


async def test_the_owner_is_not_named_before_both_owner_and_time_are_known(notify: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    await hears_in_turn(notify, complaint_received(complaint_id), owner_named(complaint_id))
    await notify.hears(promised(complaint_id, PromiseKind.ACKNOWLEDGE, PromiseKind.CONTACT))
    assert await told(notify, complaint_id, "OWNER_NAMED") == []
    await notify.hears(promised(complaint_id, PromiseKind.UPDATE, PromiseKind.SOLVE))
    assert len(await told(notify, complaint_id, "OWNER_NAMED")) == 1


@pytest.mark.parametrize("together", [True, False])
async def test_whatever_the_order_of_the_publishers_the_owner_is_named_once(
    notify: ServiceUnderTest, together: bool
) -> None:
    for order in permutations(range(5)):
        complaint_id = uuid4()
        received = notify.envelope(complaint_received(complaint_id))
        causes = {"intake": 1}
        facts = [
            received,
            notify.envelope(owner_named(complaint_id), after=causes),
            notify.envelope(promised(complaint_id, PromiseKind.CONTACT), after=causes),
            notify.envelope(promised(complaint_id), after=causes),
            notify.envelope(promised(complaint_id, PromiseKind.UPDATE), after=causes),
        ]
        batches = [[facts[i] for i in order]] if together else [[facts[i]] for i in order]
        for batch in batches:
            await notify.receives(*batch)
        assert notify.service.consumer is not None
        await notify.service.consumer.sweep()
        kinds = [message["kind"] for message in await told(notify, complaint_id)]
        assert kinds == ["RECEIPT", "OWNER_NAMED"], order


async def test_fc_9_a_new_owner_is_told_and_the_same_one_is_not_told_again(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, owner_named(complaint_id), promised(complaint_id, in_round=2))
    assert len(await told(notify, complaint_id, "OWNER_NAMED")) == 1
    await notify.hears(owner_named(complaint_id, owner_id="a200", owner_name="Front desk 2"))
    assert "Front desk 2" in (await told(notify, complaint_id, "OWNER_NAMED"))[1]["text"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (PromiseKind.SOLVE, "result"),
        (PromiseKind.CONTACT, "first contact"),
        (PromiseKind.SUPERIOR, "answer of a superior"),
    ],
)
async def test_a_broken_promise_is_apologised_for_once(
    notify: ServiceUnderTest, kind: PromiseKind, words: str
) -> None:
    complaint_id = await owned(notify)
    promise_id = uuid4()
    for _ in range(2):
        await notify.hears(broken(complaint_id, kind, promise_id=promise_id))
    [message] = await told(notify, complaint_id, "LATE")
    assert "sorry" in message["text"]
    assert words in message["text"]
    assert DUE_IN_ENGLISH in message["text"]


async def test_which_broken_promises_the_customer_is_told_of_is_policy(
    notify: ServiceUnderTest, start_service: StartService, tmp_path: Path
) -> None:
    complaint_id = await owned(notify)
    await notify.hears(broken(complaint_id, PromiseKind.UPDATE))
    assert await told(notify, complaint_id, "LATE") == []
    policy = "[notify]\nversion='t'\nlate_told_for=['UPDATE']"
    other = await start_service("notify", policy, outbound_folder=tmp_path)
    complaint_id = await owned(other)
    await other.hears(broken(complaint_id, PromiseKind.UPDATE))
    await other.hears(broken(complaint_id, PromiseKind.SOLVE))
    assert len(await told(other, complaint_id, "LATE")) == 1


async def test_an_escalation_is_told_to_owner_and_team_lead_at_their_own_addresses(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await notify.hears(escalated(complaint_id))
    messages = await told(notify, complaint_id, "ESCALATION")
    assert [(m["role"], m["channel"], m["address_hint"]) for m in messages] == [
        ("OWNER", "email", "a***@example.com"),
        ("TEAM_LEAD", "email", "l***@example.com"),
    ]
    assert all("升级到 L1" in message["text"] and "Front desk 1" in message["text"] for message in messages)


async def test_cal_8_a_reminder_waits_until_staff_are_at_work_again(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    opens = now() + timedelta(days=2)
    await notify.hears(at_risk(complaint_id, held_until=opens), escalated(complaint_id, held_until=opens))
    rows = await notify.rows("SELECT kind, not_before FROM intent WHERE kind IN ('WARNING', 'ESCALATION')")
    assert {row["kind"] for row in rows} == {"WARNING", "ESCALATION"}
    assert {row["not_before"] for row in rows} == {opens}


async def test_cal_8_without_silent_hours_it_goes_out_at_once(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(escalated(complaint_id))
    rows = await notify.rows("SELECT not_before <= now() AS may_go FROM intent WHERE kind = 'ESCALATION'")
    assert [row["may_go"] for row in rows] == [True, True]


async def test_each_rung_is_told_once_and_only_to_whom_it_concerns(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    promise_id = uuid4()
    await notify.hears(escalated(complaint_id, Role.OWNER, promise_id=promise_id))
    await notify.hears(escalated(complaint_id, Role.OWNER, promise_id=promise_id))
    await notify.hears(
        escalated(complaint_id, Role.TEAM_LEAD, promise_id=promise_id, level=EscalationLevel.L2)
    )
    roles = [message["role"] for message in await told(notify, complaint_id, "ESCALATION")]
    assert roles == ["OWNER", "TEAM_LEAD"]


async def test_an_owner_who_is_the_team_lead_too_is_told_once(notify: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    received, named = complaint_received(complaint_id), owner_named(complaint_id, lead_id="a100")
    await hears_in_turn(notify, received, named, escalated(complaint_id))
    [message] = await told(notify, complaint_id, "ESCALATION")
    assert message["role"] == "OWNER"


async def test_the_language_of_the_staff_is_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = "[notify]\nversion='t'\nstaff_language='en'"
    notify = await start_service("notify", policy, outbound_folder=tmp_path)
    complaint_id = await owned(notify, language="zh-CN")
    await notify.hears(escalated(complaint_id, Role.OWNER))
    [message] = await told(notify, complaint_id, "ESCALATION")
    assert "escalation level L1" in message["text"]


async def test_each_resolution_is_told_and_asked_about_once(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    for nth in (1, 2):
        await hears_in_turn(
            notify, resolved(complaint_id, nth), asked(complaint_id, nth), reopened(complaint_id, nth + 1)
        )
    told_of = [(m["kind"], m["told_of"]) for m in await told(notify, complaint_id)]
    assert told_of[2:] == [
        ("RESOLVED", "round 1"),
        ("QUESTION", "round 1"),
        ("RESOLVED", "round 2"),
        ("QUESTION", "round 2"),
    ]


async def test_no_address_and_no_link_is_shown_or_published_in_clear(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(
        notify,
        resolved(complaint_id),
        asked(complaint_id, path="/feedback/v1/answers/secret"),
        escalated(complaint_id),
    )
    shown = (await notify.client.get(f"/notify/v1/complaints/{complaint_id}/messages")).text
    stored = str(await notify.rows("SELECT * FROM intent"))
    published = "".join(event.model_dump_json() for event in await notify.said())
    for secret in ("13800138000", "a100@example.com", "l1@example.com", "answers/secret"):
        assert secret not in shown + stored + published


async def test_what_customers_know_stays_with_the_events_that_are_not_for_notify(
    notify: ServiceUnderTest,
) -> None:
    """Facts of a journey that call for no message leave none."""
    complaint_id = await owned(notify)
    before = len(await told(notify, complaint_id))
    quiet: list[Event] = [
        promised(complaint_id, PromiseKind.UPDATE),
        reopened(complaint_id),
        closed(complaint_id),
    ]
    await hears_in_turn(notify, *quiet)
    assert len(await told(notify, complaint_id)) == before
