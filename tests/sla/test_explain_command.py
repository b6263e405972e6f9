"""`redress sla explain`: what it prints, and its one line where there is nothing to print."""

from uuid import UUID, uuid4

import httpx
import pytest

from services.command.sla_doors.ask import AskError
from services.command.sla_doors.explain import explain, find_complaint
from tests.builders import now, reopened, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .asking import asking, asking_for, asking_nobody
from .promised import HOUR, receive
from .test_calendars_kept import IN_CALENDAR, at


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


async def test_the_steps_that_the_door_tells_are_printed(sla: ServiceUnderTest) -> None:
    complaint_id = await receive(sla, received_at=at("2026-02-13T16:00"))
    lines = await explain(asking(sla), str(complaint_id))
    assert lines[0] == "ACK: open"
    assert "  2026-02-14 09:00 +0800 to 2026-02-14 12:00 +0800: 3 h, 5 h left." in lines
    chinese = await explain(asking(sla, "zh-CN"), str(complaint_id))
    assert "SOLVE: 进行中" in chinese
    assert "  截止 2026-02-24 09:30 +0800。" in chinese
    in_new_york = await explain(asking(sla), str(complaint_id), "America/New_York")
    assert "  It is due on 2026-02-23 20:30 -0500." in in_new_york


async def test_the_end_of_a_promise_its_rungs_and_its_round_are_printed(start_service: StartService) -> None:
    sla = await start_service("sla")
    complaint_id = await receive(sla, received_at=now() - 80 * HOUR)
    await sla.let_pass(HOUR)
    await sla.hears(resolved(complaint_id), reopened(complaint_id))
    lines = await explain(asking(sla), str(complaint_id))
    assert "SOLVE: kept late" in lines
    assert "SOLVE (2): open" in lines
    assert [line[:6] for line in lines if line.startswith("  L")].count("  L1: ") >= 1


async def test_a_receipt_number_leads_to_its_complaint() -> None:
    complaint_id = uuid4()
    known = httpx.Response(200, json={"items": [{"complaint_id": str(complaint_id)}], "next": None})
    assert await find_complaint(asking_for(known), "R26112100000001") == complaint_id
    assert await find_complaint(asking_nobody(), str(complaint_id)) == UUID(str(complaint_id))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(200, json={"items": [], "next": None}), "there is no complaint with the receipt"),
        (httpx.Response(401), "wants its token in REDRESS_API_TOKEN"),
        (httpx.Response(404, text="<html>"), "is it Redress that answers there"),
        (httpx.Response(422, json={"title": "x", "detail": "receipt_number: too long"}), "too long"),
    ],
)
async def test_without_an_answer_one_line_says_why(answer: httpx.Response, said: str) -> None:
    with pytest.raises(AskError, match=said):
        await explain(asking_for(answer), "R1")


async def test_nothing_promised_and_nobody_there_are_said_so(sla: ServiceUnderTest) -> None:
    with pytest.raises(AskError, match="nothing was promised"):
        await explain(asking(sla), str(uuid4()))
    with pytest.raises(AskError, match="nobody answers at http://nobody"):
        await explain(asking_nobody(), "R1")
