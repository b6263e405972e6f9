"""What becomes of a remedy that was granted and not paid in time (REM-7)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.events.routing import RemedyOverdue
from tests.builders import answered
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .people import STAFF, post, resolve, staff_file, taken_by
from .remedies import HEADS, company, paid, propose, proposed, signed

WEEK = timedelta(days=7)


@pytest.fixture
async def firm(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await company(start_service, tmp_path)


async def approvers(firm: ServiceUnderTest) -> list[str]:
    return [told.approver_id for told in await firm.said(RemedyOverdue)]


async def test_rem_7_what_is_not_paid_in_a_week_is_told_once_of_the_owner_and_who_leads_them(
    firm: ServiceUnderTest,
) -> None:
    complaint_id, remedy = await proposed(firm, 100)
    await firm.let_pass(WEEK - timedelta(minutes=1))
    assert await firm.said(RemedyOverdue) == []
    for _ in range(3):
        await firm.let_pass(timedelta(minutes=2))
    [told] = await firm.said(RemedyOverdue)
    assert (str(told.remedy_id), told.amount, told.kind) == (remedy["remedy_id"], 100, "REFUND")
    assert (told.owner_id, told.approver_id) == ("b1", "b9")
    listed = await firm.client.get(f"/routing/v1/complaints/{complaint_id}/remedies")
    assert listed.json()["items"][0]["overdue_at"] is not None


async def test_rem_7_who_signed_last_is_told_of_what_they_granted(
    start_service: StartService, tmp_path: Path
) -> None:
    heads = HEADS.replace("rank = 3", 'rank = 3\ncontact = { channel = "email", address = "h3@example.com" }')
    firm = await start_service("routing", staff_file=staff_file(tmp_path, STAFF + heads))
    complaint_id, remedy = await proposed(firm, 30_000)
    await firm.let_pass(WEEK)
    assert await approvers(firm) == []
    assert (await signed(firm, complaint_id, remedy, "h3")).status_code == 200
    await firm.let_pass(WEEK)
    [told] = await firm.said(RemedyOverdue)
    assert told.approver_id == "h3"
    assert SEALER.open(str(told.approver_reply_to), str(complaint_id)) == "h3@example.com"


async def test_rem_7_of_what_was_paid_or_refused_nobody_is_told(firm: ServiceUnderTest) -> None:
    complaint_id, remedy = await proposed(firm, 100)
    await paid(firm, complaint_id, remedy, "P1")
    other, large = await proposed(firm, 30_000)
    await post(firm, other, f"remedies/{large['remedy_id']}/refusal", by="h3", text="Too much.")
    await firm.let_pass(2 * WEEK)
    assert await firm.said(RemedyOverdue) == []


async def test_rem_7_what_is_owed_is_watched_after_the_complaint_has_ended(firm: ServiceUnderTest) -> None:
    complaint_id = await taken_by(firm, "b1", case_type="BILLING")
    await propose(firm, complaint_id, 100)
    await resolve(firm, complaint_id, "b1")
    await firm.hears(answered(complaint_id))
    await firm.let_pass(WEEK)
    assert len(await firm.said(RemedyOverdue)) == 1


async def test_rem_7_what_is_owed_of_itself_is_watched_too(
    start_service: StartService, tmp_path: Path
) -> None:
    firm = await company(start_service, tmp_path, "pay_within=3600\n[routing.late]\nscheme='gb'")
    complaint_id = await taken_by(firm, "b1", case_type="BILLING")
    answer = await post(firm, complaint_id, "compensations", event="MISSED_VISIT", by="b1")
    assert answer.status_code == 200, answer.text
    await firm.let_pass(timedelta(hours=1))
    assert await approvers(firm) == ["b9"]


@pytest.mark.parametrize(("seconds", "told"), [(86_400, 1), (604_800, 0)])
async def test_rem_7_after_how_long_it_is_told_is_policy(
    start_service: StartService, tmp_path: Path, seconds: int, told: int
) -> None:
    firm = await company(start_service, tmp_path, f"pay_within={seconds}")
    await proposed(firm, 100)
    await firm.let_pass(timedelta(days=1))
    found: list[Any] = await firm.said(RemedyOverdue)
    assert len(found) == told
