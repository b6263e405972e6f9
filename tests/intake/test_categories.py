"""The category tree: imported as a whole, it says who serves a category, what it is about, whether it is a fault."""

from pathlib import Path

import httpx
import pytest

from services.intake import categories
from services.intake.case_type import CaseType
from services.intake.category_tree import NOTHING_SAID, Category, CategoryTree, every_path
from shared.events.intake import ComplaintReceived
from tests.service_under_test import ServiceUnderTest

from .doors import accepted, another_process, post

REAL_TREE = Path(__file__).resolve().parents[3] / "shared" / "data" / "category_tree_zh.csv"
TREE = """level1,level2,level3,department,case_type,fault
Network,,,network,,yes
Network,Mobile,,,FAULT,
Network,Mobile,Roaming,roaming-desk,,no
Fees,,,billing,BILLING,no
"""


async def put_tree(intake: ServiceUnderTest, tree: str | bytes = TREE) -> httpx.Response:
    return await intake.client.put(
        "/intake/v1/categories", content=tree, headers={"content-type": "text/csv; charset=utf-8"}
    )


async def told(intake: ServiceUnderTest) -> ComplaintReceived:
    event: ComplaintReceived = (await intake.said(ComplaintReceived))[-1]
    return event


def test_a_category_says_what_it_says_itself_and_else_what_is_said_above_it() -> None:
    tree = CategoryTree(
        {
            "Network/Mobile/Roaming": Category("roaming-desk", None, False),
            "Network": Category("network", None, True),
            "Network/Mobile": Category(None, CaseType.FAULT, None),
        }
    )
    assert tree.find("Network/Mobile/Roaming") == ("roaming-desk", CaseType.FAULT, False)
    assert tree.find("Network/Mobile/5G") == ("network", CaseType.FAULT, True)
    assert tree.find("Network/Cable/Fibre") == ("network", None, True)
    assert tree.find("Elsewhere") == tree.find(None) == NOTHING_SAID
    assert every_path(["a", "b"]) == ["a", "a/b"]


async def test_a_complaint_of_a_category_tells_department_case_type_and_whether_it_is_a_fault(
    intake: ServiceUnderTest,
) -> None:
    assert (await put_tree(intake)).json() == {"version": 1, "categories": 4}
    found = await accepted(intake, text="hello", category="Network/Mobile/Roaming")
    event = await told(intake)
    assert (event.department, event.case_type, event.is_fault) == ("roaming-desk", "FAULT", False)
    assert (found["serving_department"], found["is_fault"]) == ("roaming-desk", False)


async def test_the_category_comes_before_the_words_and_without_one_the_words_decide(
    intake: ServiceUnderTest,
) -> None:
    await put_tree(intake)
    await post(intake, text="my bill is wrong", category="Network/Mobile")
    assert (await told(intake)).case_type == "FAULT"
    await post(intake, text="my bill is wrong", category="Unheard/Of")
    event = await told(intake)
    assert (event.case_type, event.department, event.is_fault) == ("BILLING", None, None)


async def test_a_new_tree_replaces_the_old_one_in_every_process(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(categories, "LOOK_EVERY", 0.0)
    await put_tree(intake)
    other = another_process(intake)
    try:
        await post(other, category="Fees")
        assert (await told(intake)).department == "billing"
        answer = await put_tree(intake, "一级分类,部门\nFees,money\n".encode())
        assert answer.json() == {"version": 2, "categories": 1}
        await post(other, category="Fees")
        assert (await told(intake)).department == "money"
    finally:
        await other.close()
    listed = (await intake.client.get("/intake/v1/categories")).json()["items"]
    assert listed == [{"path": "Fees", "department": "money", "case_type": None, "is_fault": None}]


async def test_a_part_of_the_tree_can_be_read(intake: ServiceUnderTest) -> None:
    await put_tree(intake)
    listed = await intake.client.get("/intake/v1/categories", params={"under": "Network/Mobile"})
    assert [item["path"] for item in listed.json()["items"]] == ["Network/Mobile", "Network/Mobile/Roaming"]


async def test_a_field_beyond_all_measure_is_refused_with_its_line(intake: ServiceUnderTest) -> None:
    refused = await put_tree(intake, 'level1\n"' + "a" * 140_000 + '"\n')
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] in {
        "body.2",
        "body.2.level1",
    }  # by csv's limit in this process


@pytest.mark.parametrize(
    ("tree", "field"),
    [
        ("", "body.1"),
        ("colour,size\nred,1\n", "body.1"),
        ("level1\n", "body"),
        ("level1,level2\n,Mobile\n", "body.2.level1"),
        ("level1,level2,level3\na,b,c\na,,c\n", "body.3.level1"),
        ("level1\na/b\n", "body.2.level1"),
        ("level1\n" + "a" * 61 + "\n", "body.2.level1"),
        ("level1,case_type\na,PONY\n", "body.2.case_type"),
        ("level1,fault\na,perhaps\n", "body.2.fault"),
        (b"level1\n\xff\xfe\n", "body"),
        ("level1\na\x00\n", "body"),
    ],
)
async def test_a_wrong_tree_is_refused_with_line_and_column_and_the_old_one_stays(
    intake: ServiceUnderTest, tree: str | bytes, field: str
) -> None:
    await put_tree(intake)
    refused = await put_tree(intake, tree)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert len((await intake.client.get("/intake/v1/categories")).json()["items"]) == 4


async def test_a_tree_that_is_no_csv_is_refused(intake: ServiceUnderTest) -> None:
    assert (await intake.client.put("/intake/v1/categories", json={})).status_code == 415


async def test_a_real_tree_of_three_levels_is_imported_whole(intake: ServiceUnderTest) -> None:
    if not REAL_TREE.exists():
        pytest.skip("the sample data are not here")
    answer = await put_tree(intake, REAL_TREE.read_bytes())
    assert answer.status_code == 200, answer.text
    lines = REAL_TREE.read_text(encoding="utf-8-sig").splitlines()[1:]
    listed = (await intake.client.get("/intake/v1/categories")).json()["items"]
    assert {line.replace(",", "/") for line in lines if line} <= {item["path"] for item in listed}
