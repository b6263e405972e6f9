"""Calls of which a list, or a wrong part, tells: filled in and counted, or refused by name."""

from typing import Any

import httpx
import pytest

from tests.service_under_test import ServiceUnderTest

from .doors import read
from .phone_calls import BEGIN, END, let_it_be_quiet, tell

CSV = f"""call_id,caller_number,started_at,ended_at,agent_id
c1,13800138000,{BEGIN},{END},a100
c2,13900139000,{BEGIN},{END},
"""


async def reconcile(intake: ServiceUnderTest, text: str) -> httpx.Response:
    path, csv = "/intake/v1/calls/reconciliation", {"content-type": "text/csv"}
    return await intake.client.post(path, content=text, headers=csv)


async def test_calls_that_only_the_systems_list_tells_of_are_filled_in_and_counted(
    intake: ServiceUnderTest,
) -> None:
    await tell(intake, "c1", agent_id="a100")
    assert (await reconcile(intake, CSV)).json() == {"calls": 2, "missing": ["c2"]}
    assert (await reconcile(intake, CSV)).json() == {"calls": 2, "missing": []}
    await let_it_be_quiet(intake)
    [task] = (await read(intake, "/intake/v1/call-backs"))["items"]
    assert task["call_id"] == "c2"


@pytest.mark.parametrize(
    ("old", "new", "place"), [("call_id,", "id,", "body.1"), (END, "soon", "body.2.ended_at")]
)
async def test_a_list_that_cannot_be_read_is_refused_by_line_and_changes_nothing(
    intake: ServiceUnderTest, old: str, new: str, place: str
) -> None:
    refused = await reconcile(intake, CSV.replace(old, new))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, place)
    assert await intake.rows("SELECT 1 FROM call") == []


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"transcript": {}}, "transcript"),
        ({"transcript": {"text": "x", "segments": [{"speaker": "agent", "text": "x"}]}}, "transcript"),
        ({"transcript": {"segments": [{"speaker": "dog", "text": "x"}]}}, "transcript.segments.0.speaker"),
        ({"recording": {"reference": ""}}, "recording.reference"),
        ({"disposition": "eaten"}, "disposition"),
        ({"ended_at": "yesterday"}, "ended_at"),
        ({"ivr_path": [{"digits": "1"}]}, "ivr_path.0.menu"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_part_is_refused_by_name(
    intake: ServiceUnderTest, part: dict[str, Any], field: str
) -> None:
    refused = await intake.client.post("/intake/v1/channels/phone/calls", json={"call_id": "c"} | part)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await intake.rows("SELECT 1 FROM call") == []
