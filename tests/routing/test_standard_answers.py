"""What everybody says to the same question: in versions, seen by two people, noted where it was used."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.standard_answer import Entry, fitting
from tests.service_under_test import ServiceUnderTest, StartService

from .people import FIRST_FOUR, STAFF, post, shown, staff_file, taken_by

HEAD = '[[staff]]\nid = "s2"\nname = "Supervisor"\ndepartment = "billing"\nlanguages = ["en"]\nrank = 2\n'
ROAMING = {
    "category": "billing/roaming",
    "language": "en",
    "title": "Roaming fees",
    "text": "Roaming is billed by the day.",
}
CSV = (
    "id,category,language,title,text\n"
    'fees,billing,en,Fees,"We look at the bill, then we pay."\n'
    "hello,,zh-CN,问候,感谢您的来电。\n"
)


@pytest.fixture
async def firm(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    """The small company with a supervisor."""
    return await start_service("routing", staff_file=staff_file(tmp_path, STAFF + HEAD))


async def write(routing: ServiceUnderTest, answer_id: str = "roaming", **body: object) -> httpx.Response:
    said = ROAMING | {"by": "b1"} | body
    return await routing.client.put(f"/routing/v1/standard-answers/{answer_id}", json=said)


async def say(routing: ServiceUnderTest, answer_id: str, what: str, by: str = "s2") -> httpx.Response:
    return await routing.client.post(f"/routing/v1/standard-answers/{answer_id}/{what}", json={"by": by})


async def in_force(routing: ServiceUnderTest, **params: str) -> list[tuple[str, int]]:
    page = await routing.client.get("/routing/v1/standard-answers", params=params)
    return [(item["answer_id"], item["version"]) for item in page.json()["items"]]


async def load(routing: ServiceUnderTest, text: str) -> httpx.Response:
    return await routing.client.post(
        "/routing/v1/standard-answers/import",
        params={"by": "b1"},
        content=text.encode(),
        headers={"content-type": "text/csv"},
    )


async def test_a_text_is_in_force_once_somebody_else_of_rank_has_approved_it(firm: ServiceUnderTest) -> None:
    assert (await write(firm, by="s2")).status_code == 200
    assert await in_force(firm) == []
    for by, status in (("s2", 409), ("b1", 409)):
        assert (await say(firm, "roaming", "approval", by)).status_code == status
    await write(firm, text="Roaming is billed by the minute.", by="b1")
    approved = await say(firm, "roaming", "approval", "s2")
    assert [item["status"] for item in approved.json()["items"]] == ["DRAFT", "APPROVED"]
    assert await in_force(firm) == [("roaming", 2)]
    assert (await say(firm, "roaming", "approval", "s2")).status_code == 200


async def test_from_which_rank_on_is_policy(start_service: StartService, tmp_path: Path) -> None:
    text = "[routing]\nversion='t'\n[routing.knowledge]\napprove_from_rank=1"
    routing = await start_service("routing", text, staff_file=staff_file(tmp_path))
    await write(routing, by="b1")
    assert (await say(routing, "roaming", "approval", "b2")).status_code == 200


async def test_a_new_version_leaves_the_one_in_force_until_it_is_approved(firm: ServiceUnderTest) -> None:
    await write(firm)
    await say(firm, "roaming", "approval")
    await write(firm)
    await write(firm, text="Roaming is free.")
    assert await in_force(firm) == [("roaming", 1)]
    versions = (await firm.client.get("/routing/v1/standard-answers/roaming")).json()["items"]
    assert [item["text"] for item in versions] == [ROAMING["text"], "Roaming is free."]
    await say(firm, "roaming", "withdrawal")
    assert await in_force(firm) == []
    assert (await say(firm, "roaming", "approval")).status_code == 404


async def test_two_who_write_at_once_make_two_versions(firm: ServiceUnderTest) -> None:
    await asyncio.gather(*(write(firm, text=f"Text {number}.") for number in range(5)))
    versions = (await firm.client.get("/routing/v1/standard-answers/roaming")).json()["items"]
    assert [item["version"] for item in versions] == [1, 2, 3, 4, 5]


async def test_a_proposal_uses_the_approved_text_and_it_is_noted_where(firm: ServiceUnderTest) -> None:
    await write(firm)
    complaint_id = await taken_by(firm, "b1", case_type="BILLING")
    said: dict[str, Any] = {"by": "b1", "steps": FIRST_FOUR, "standard_answer": "roaming"}
    refused = await post(firm, complaint_id, "proposal", **said)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "standard_answer")
    await say(firm, "roaming", "approval")
    for _ in range(2):
        assert (await post(firm, complaint_id, "proposal", **said)).status_code == 200
    seen = await shown(firm, complaint_id)
    assert seen["solution"]["text"] == ROAMING["text"]
    [used] = seen["standard_answers"]
    assert (used["id"], used["version"], used["by"], used["adapted"]) == ("roaming", 1, "b1", False)
    await post(firm, complaint_id, "proposal", **(said | {"text": "Roaming was one day."}))
    [used] = (await shown(firm, complaint_id))["standard_answers"]
    assert used["adapted"] is True
    uses = (await firm.client.get("/routing/v1/standard-answers/roaming/uses")).json()["items"]
    assert [use["complaint_id"] for use in uses] == [str(complaint_id)]


async def test_a_proposal_without_any_text_is_refused(firm: ServiceUnderTest) -> None:
    complaint_id = await taken_by(firm, "b1", case_type="BILLING")
    assert (await post(firm, complaint_id, "proposal", by="b1", steps=FIRST_FOUR)).status_code == 422


async def test_what_fits_a_complaint_is_found_the_closest_first(firm: ServiceUnderTest) -> None:
    await load(firm, CSV + "any,,en,Anything,We are sorry.\n")
    await write(firm)
    for answer_id in ("roaming", "fees", "hello", "any"):
        assert (await say(firm, answer_id, "approval")).status_code == 200
    complaint_id = await taken_by(firm, "b1", category="billing/roaming", language="en")
    found = await firm.client.get(f"/routing/v1/complaints/{complaint_id}/standard-answers")
    assert [item["answer_id"] for item in found.json()["items"]] == ["roaming", "fees", "any"]
    assert await in_force(firm, language="zh-CN") == [("hello", 1)]
    assert await in_force(firm, category="billing") == [("fees", 1)]


NAMES = st.sampled_from([None, "a", "a/b", "a/b/c", "x"])


@given(st.lists(st.tuples(NAMES, st.sampled_from(["en", "zh-CN"]))), NAMES)
def test_whatever_there_is_only_what_is_about_it_fits_in_the_right_language(
    given_: list[tuple[str | None, str]], category: str | None
) -> None:
    entries = [Entry(str(number), 1, about, language) for number, (about, language) in enumerate(given_)]
    found = fitting(entries, category, "en")
    assert all(entry.language == "en" for entry in found)
    assert all(entry.category is None or f"{category}/".startswith(f"{entry.category}/") for entry in found)
    lengths = [len(entry.category or "") for entry in found]
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "body"),
        ("id,category,language,title,text\n", "body"),
        (CSV + "x,,fr,T,T\n", "4.language"),
        (CSV + "x,,en,,T\n", "4.title"),
        (CSV + "fees,,en,T,T\n", "4.id"),
        (CSV + "x,,en\n", "4"),
        ("id,colour\nx,red\n", "2.language"),
    ],
)
async def test_a_wrong_file_is_refused_with_line_and_column_and_nothing_of_it_is_kept(
    firm: ServiceUnderTest, text: str, field: str
) -> None:
    refused = await load(firm, text)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await firm.rows("SELECT * FROM standard_answer") == []


@pytest.mark.parametrize("body", [{"text": ""}, {"language": "fr"}, {"by": "nobody"}, {"more": 1}])
async def test_a_wrong_answer_is_refused_with_its_field(firm: ServiceUnderTest, body: dict[str, Any]) -> None:
    refused = await write(firm, **body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, next(iter(body)))
    for path in ("nothing", "nothing/uses"):
        page = await firm.client.get(f"/routing/v1/standard-answers/{path}")
        assert page.status_code == (200 if path.endswith("uses") else 404)


async def test_a_standard_answer_is_written_to_the_customer_and_noted_on_the_case(
    firm: ServiceUnderTest,
) -> None:
    await write(firm)
    complaint_id = await taken_by(firm, "b1", category="billing/roaming")
    early = await post(firm, complaint_id, "answers", by="b1", standard_answer="roaming")
    assert (early.status_code, early.json()["errors"][0]["field"]) == (422, "standard_answer")
    await say(firm, "roaming", "approval")
    sent = await post(firm, complaint_id, "answers", by="b1", standard_answer="roaming")
    assert sent.json()["items"][-1]["text"] == ROAMING["text"]
    [used] = (await shown(firm, complaint_id))["standard_answers"]
    assert (used["id"], used["used_in"], used["adapted"], used["by"]) == ("roaming", "ANSWER", False, "b1")
    await post(firm, complaint_id, "answers", by="b1", standard_answer="roaming", text="By the day, yes.")
    [used] = (await shown(firm, complaint_id))["standard_answers"]
    assert used["adapted"] is True
    assert (await post(firm, complaint_id, "answers", by="b1")).status_code == 422
