"""`redress sla report`: a table for people, and what the door answers for programs."""

import json

import pytest

from services.command.sla_doors.ask import AskError
from services.command.sla_doors.report import report
from tests.builders import now, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .asking import asking
from .promised import HOUR, receive


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    sla = await start_service("sla")
    complaint_id = await receive(sla, received_at=now() - 100 * HOUR, department="network")
    await sla.hears(resolved(complaint_id, resolved_at=now() - 24 * HOUR))
    return sla


async def test_groups_are_printed_as_a_table(sla: ServiceUnderTest) -> None:
    text = await report(asking(sla), "table", {"by": ["department", "kind"], "kind": "SOLVE"})
    head, line = text.splitlines()
    assert head.split()[:4] == ["department", "kind", "made", "kept"]
    assert line.split() == ["network", "SOLVE", "1", "0", "1", "0", "0", "0", "0.0%", "4.0", "h", "4.0", "h"]
    chinese = await report(asking(sla, "zh-CN"), "table", {"kind": "ACK"})
    assert "按时兑现" in chinese
    assert chinese.splitlines()[1].split()[:2] == ["ACK", "1"]


async def test_what_is_left_out_is_said(sla: ServiceUnderTest) -> None:
    assert (await report(asking(sla), "table", {"limit": 1})).endswith("and 3 more groups\n")
    assert (await report(asking(sla, "zh-CN"), "table", {"limit": 1})).endswith("另有 3 组\n")


async def test_programs_get_csv_and_json(sla: ServiceUnderTest) -> None:
    assert (await report(asking(sla), "csv", {})).startswith("kind,made,kept,late,")
    assert json.loads(await report(asking(sla), "json", {"kind": "SOLVE"}))["groups"][0]["late"] == 1


async def test_what_the_door_refuses_is_one_line(sla: ServiceUnderTest) -> None:
    with pytest.raises(AskError, match=r"^by\.0: "):
        await report(asking(sla), "table", {"by": ["person"]})
