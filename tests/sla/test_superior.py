"""Sla through its doors: a customer asks for a superior once, and the team lead answers within two hours (section 5)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.intake import ComplaintJudgedAgain, ContactAttached
from shared.events.routing import AnswerReleased
from shared.events.sla import CustomerEscalated, SuperiorAnswered
from shared.events.vocabulary import Channel, PriorityClass, Severity, Tag
from tests.builders import closed, now, owner_named, reopened, resolved
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .promised import (
    HOUR,
    SUPERIOR,
    promises_made,
    proposed,
    receive,
    steps_taken,
    time_passes,
    timers_armed,
    told_about,
)

SHORTLY = timedelta(minutes=1)


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


def asks(complaint_id: UUID, *tags: Tag, reopens: bool = False) -> ContactAttached:
    """One more contact: "let me speak to your manager"."""
    return ContactAttached(
        complaint_id=complaint_id,
        contact_id=uuid4(),
        customer_id=uuid4(),
        channel=Channel.SMS,
        rule="REP-4" if reopens else "REP-1",
        reopens=reopens,
        severity=Severity.S3,
        tags=tags or (Tag.ASKS_SUPERIOR,),
        risk_score=0,
        taken_by=None,
        occurred_at=now(),
        received_at=now(),
        policy_version="t",
    )


def asked_in_late_words(complaint_id: UUID) -> ComplaintJudgedAgain:
    """The transcript of a call arrives: the caller asked for the manager."""
    return ComplaintJudgedAgain(
        complaint_id=complaint_id,
        contact_id=uuid4(),
        customer_id=uuid4(),
        channel=Channel.PHONE,
        was=Severity.S3,
        severity=Severity.S3,
        severity_rule="SEV-3",
        case_type="COMPLAINT",
        tags=(Tag.ASKS_SUPERIOR,),
        risk_score=0,
        priority=50,
        priority_class=PriorityClass.P3,
        judged_at=now(),
        policy_version="t",
    )


def answer_released(complaint_id: UUID, *, written_by: str, by: str | None) -> AnswerReleased:
    return AnswerReleased(
        complaint_id=complaint_id,
        answer_id=uuid4(),
        owner_id="a100",
        owner_name="Front desk 1",
        written_by=written_by,
        by=by,
        text=SEALER.seal("I have looked into it myself.", str(complaint_id)),
        released_at=now() + SHORTLY,
    )


async def owned(sla: ServiceUnderTest, *, contact_is_due: bool = True) -> UUID:
    """A complaint of the owner a100 under the lead l1; its first contact, after four hours, is due or not."""
    complaint_id = await receive(sla)
    await sla.hears(owner_named(complaint_id))
    if contact_is_due:
        await time_passes(sla, 4 * HOUR + SHORTLY)
    return complaint_id


async def call(sla: ServiceUnderTest, complaint_id: UUID, **form: Any) -> Any:
    return await sla.client.post(f"/sla/v1/complaints/{complaint_id}/superior", json={"by": "a100"} | form)


async def answer(sla: ServiceUnderTest, complaint_id: UUID, by: str = "l1") -> Any:
    return await sla.client.post(f"/sla/v1/complaints/{complaint_id}/superior-answer", json={"by": by})


async def test_section_5_who_asks_for_a_superior_after_the_contact_is_due_is_promised_their_answer(
    sla: ServiceUnderTest,
) -> None:
    """WHMCS 168: customers asked for a button of their own, and were sent elsewhere."""
    complaint_id = await owned(sla)
    contact = asks(complaint_id)
    await sla.hears(contact)
    [made] = [one for one in await promises_made(sla) if one.kind is SUPERIOR]
    assert (made.complaint_id, made.starts_at, made.due_at) == (
        complaint_id,
        contact.received_at,
        contact.received_at + 2 * HOUR,
    )
    [told] = await sla.said(CustomerEscalated)
    assert (told.contact_id, told.by, told.round) == (contact.contact_id, None, 1)


async def test_section_5_before_the_contact_is_due_nobody_is_called(sla: ServiceUnderTest) -> None:
    complaint_id = await owned(sla, contact_is_due=False)
    await sla.hears(asks(complaint_id))
    assert await told_about(sla, SUPERIOR) == []
    refused = await call(sla, complaint_id)
    assert refused.status_code == 409
    assert "first contact is not due" in refused.json()["detail"]


async def test_section_5_other_words_of_the_customer_call_nobody(sla: ServiceUnderTest) -> None:
    complaint_id = await owned(sla)
    await sla.hears(asks(complaint_id, Tag.ABUSE))
    assert await told_about(sla, SUPERIOR) == []


async def test_section_5_a_superior_is_called_once_per_complaint(sla: ServiceUnderTest) -> None:
    complaint_id = await owned(sla)
    assert (await call(sla, complaint_id)).status_code == 201
    await sla.hears(asks(complaint_id))
    assert (await answer(sla, complaint_id)).status_code == 201
    again = await call(sla, complaint_id)
    assert (again.status_code, await told_about(sla, SUPERIOR)) == (409, ["made", "kept"])
    assert "asked for before" in again.json()["detail"]


async def test_section_5_after_a_rejected_solution_the_contact_need_not_be_due(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await owned(sla, contact_is_due=False)
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    await sla.hears(asks(complaint_id))
    [made] = [one for one in await promises_made(sla) if one.kind is SUPERIOR]
    assert made.round == 2


async def test_section_5_who_rejects_the_solution_with_the_same_words_is_heard(sla: ServiceUnderTest) -> None:
    complaint_id = await owned(sla, contact_is_due=False)
    await sla.hears(resolved(complaint_id))
    await sla.hears(asks(complaint_id, reopens=True))
    await sla.hears(reopened(complaint_id))
    assert await told_about(sla, SUPERIOR) == ["made"]


async def test_section_5_from_which_round_on_a_solution_counts_as_rejected_is_policy(
    start_service: StartService,
) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.superior]\nfrom_round=3")
    complaint_id = await owned(sla, contact_is_due=False)
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    await sla.hears(asks(complaint_id))
    assert await told_about(sla, SUPERIOR) == []
    await sla.hears(resolved(complaint_id, 2), reopened(complaint_id, 3))
    await sla.hears(asks(complaint_id))
    assert await told_about(sla, SUPERIOR) == ["made"]


async def test_section_5_until_when_a_superior_answers_is_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='t'\n[sla.superior]\ntarget=600")
    await sla.hears(asks(await owned(sla)))
    [made] = [one for one in await promises_made(sla) if one.kind is SUPERIOR]
    assert (made.due_at - made.starts_at, made.policy_version) == (timedelta(minutes=10), "t")


async def test_section_5_words_of_a_call_that_come_late_call_a_superior_too(sla: ServiceUnderTest) -> None:
    complaint_id = await owned(sla)
    await sla.hears(asked_in_late_words(complaint_id))
    assert await told_about(sla, SUPERIOR) == ["made"]


async def test_section_5_a_superior_who_does_not_answer_is_warned_of_broken_and_escalated(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await owned(sla)
    await sla.hears(asks(complaint_id))
    await time_passes(sla, 2 * HOUR + SHORTLY)
    assert await told_about(sla, SUPERIOR) == ["made", "W1", "W2", "broken", "L1"]
    await time_passes(sla, HOUR)
    assert await told_about(sla, SUPERIOR) == ["made", "W1", "W2", "broken", "L1", "L2"]


@pytest.mark.parametrize(
    "done",
    [
        lambda complaint_id: steps_taken(complaint_id, by="l1", taken_at=now() + SHORTLY),
        lambda complaint_id: proposed(complaint_id, by="l1", proposed_at=now() + SHORTLY),
        lambda complaint_id: resolved(complaint_id, by="l1", resolved_at=now() + SHORTLY),
        lambda complaint_id: answer_released(complaint_id, written_by="l1", by="a100"),
        lambda complaint_id: answer_released(complaint_id, written_by="t200", by="l1"),
    ],
)
async def test_section_5_what_the_team_lead_does_with_the_customer_is_the_answer(
    sla: ServiceUnderTest, done: Any
) -> None:
    complaint_id = await owned(sla)
    await sla.hears(asks(complaint_id))
    await sla.hears(done(complaint_id))
    assert await told_about(sla, SUPERIOR) == ["made", "kept"]


@pytest.mark.parametrize(
    "done",
    [
        lambda complaint_id: steps_taken(complaint_id, taken_at=now() + SHORTLY),
        lambda complaint_id: resolved(complaint_id, resolved_at=now() + SHORTLY),
        lambda complaint_id: answer_released(complaint_id, written_by="t200", by=None),
        lambda complaint_id: steps_taken(complaint_id, by="l1", taken_at=now() - HOUR),
    ],
)
async def test_section_5_what_others_do_or_was_done_before_is_no_answer(
    sla: ServiceUnderTest, done: Any
) -> None:
    complaint_id = await owned(sla)
    await sla.hears(asks(complaint_id))
    await sla.hears(done(complaint_id))
    assert await told_about(sla, SUPERIOR) == ["made"]


async def test_section_5_staff_say_that_the_superior_answered_late_or_not(sla: ServiceUnderTest) -> None:
    complaint_id = await owned(sla)
    assert (await answer(sla, complaint_id)).status_code == 404
    called = (await call(sla, complaint_id, by="a7")).json()
    assert set(called) == {"promise_id", "due_at"}
    [asked] = await sla.said(CustomerEscalated)
    assert (asked.by, asked.contact_id) == ("a7", None)
    await time_passes(sla, 2 * HOUR + SHORTLY)
    assert (await answer(sla, complaint_id)).json() == {"late": True}
    assert (await told_about(sla, SUPERIOR))[-1] == "kept late"
    [told] = await sla.said(SuperiorAnswered)
    assert (told.by, told.late) == ("l1", True)


async def test_section_5_the_owner_does_not_answer_as_their_own_superior(sla: ServiceUnderTest) -> None:
    complaint_id = await owned(sla)
    await call(sla, complaint_id)
    refused = await answer(sla, complaint_id, by="a100")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "by")
    assert await told_about(sla, SUPERIOR) == ["made"]


async def test_section_5_the_news_that_the_team_lead_told_is_the_answer(sla: ServiceUnderTest) -> None:
    complaint_id = await owned(sla)
    await call(sla, complaint_id)
    for by in ("a100", "l1"):
        await sla.client.post(f"/sla/v1/complaints/{complaint_id}/news", json={"by": by})
    assert await told_about(sla, SUPERIOR) == ["made", "kept"]


async def test_section_5_nobody_is_called_for_what_has_ended_or_is_unknown(sla: ServiceUnderTest) -> None:
    complaint_id = await owned(sla)
    await sla.hears(resolved(complaint_id), closed(complaint_id))
    await sla.hears(asks(complaint_id))
    assert await told_about(sla, SUPERIOR) == []
    assert [(await call(sla, one)).status_code for one in (complaint_id, uuid4())] == [409, 404]


async def test_section_5_with_the_complaint_the_call_ends(sla: ServiceUnderTest) -> None:
    complaint_id = await owned(sla)
    await sla.hears(asks(complaint_id))
    await sla.hears(resolved(complaint_id))
    assert await timers_armed(sla) == 1
    await sla.hears(closed(complaint_id))
    [row] = await sla.rows("SELECT state FROM promise WHERE kind = 'SUPERIOR'")
    assert (row["state"], await timers_armed(sla)) == ("WITHDRAWN", 0)


async def test_section_5_the_due_time_of_a_superiors_answer_is_explained_in_both_languages(
    sla: ServiceUnderTest,
) -> None:
    complaint_id = await owned(sla)
    await call(sla, complaint_id)
    shown = (await sla.client.get(f"/sla/v1/complaints/{complaint_id}/promises")).json()
    [promise] = [one for one in shown if one["kind"] == "SUPERIOR"]
    assert promise["explanation"]["en"].startswith("Answer of a superior: 2 h for everybody")
    assert promise["explanation"]["zh-CN"].startswith("上级答复：对所有客户均为 2 小时")
    assert [step["what"] for step in promise["steps"]][:2] == ["START", "TARGET"]


@pytest.mark.parametrize("form", [{"by": ""}, {"by": None}, {"by": "a100", "more": 1}])
async def test_section_5_what_is_no_call_is_refused_and_nothing_stored(
    sla: ServiceUnderTest, form: dict[str, Any]
) -> None:
    complaint_id = await owned(sla)
    assert (await call(sla, complaint_id, **form)).status_code == 422
    assert await told_about(sla, SUPERIOR) == []
