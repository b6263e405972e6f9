"""What can be read: lists in pages, one complaint, its history, the customer's page, the metrics."""

import base64
import hashlib
import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.vocabulary import HandlingStep, PromiseKind
from tests.builders import closed, now, owner_named, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post, read
from .journey import promised, receipt_sent, steps


async def all_pages(intake: ServiceUnderTest, path: str, limit: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    after = ""
    while True:
        page = await read(intake, f"{path}?limit={limit}{after}")
        items += page["items"]
        if page["next"] is None:
            return items
        after = f"&after={page['next']}"


async def test_every_complaint_is_listed_once_in_the_order_in_which_they_came(
    intake: ServiceUnderTest,
) -> None:
    created = [(await post(intake)).json()["complaint_id"] for _ in range(7)]
    assert [item["complaint_id"] for item in await all_pages(intake, "/intake/v1/complaints", 3)] == created
    assert [item["complaint_id"] for item in await all_pages(intake, "/intake/v1/complaints", 7)] == created
    assert len((await read(intake, "/intake/v1/complaints?limit=1000"))["items"]) == 7


async def test_every_contact_is_listed_with_its_key_and_its_complaint(intake: ServiceUnderTest) -> None:
    complaints = [
        (await post(intake, "web", contact_key="w1")).json()["complaint_id"],
        (await post(intake, "sms", message_id="s1", provider="gateway 2")).json()["complaint_id"],
    ]
    await post(intake, "web", contact_key="w1")
    listed = await all_pages(intake, "/intake/v1/contacts", 1)
    assert [(c["channel"], c["provider"], c["contact_key"]) for c in listed] == [
        ("web", "", "w1"),
        ("sms", "gateway 2", "s1"),
    ]
    assert [c["complaint_id"] for c in listed] == complaints


async def test_complaints_are_found_by_status_and_by_receipt_number(intake: ServiceUnderTest) -> None:
    first, second = await accepted(intake), await accepted(intake)
    await intake.hears(owner_named(UUID(second["complaint_id"]), owner_name="Front desk 1"))
    by_status = await read(intake, "/intake/v1/complaints?status=ASSIGNED")
    by_number = await read(intake, f"/intake/v1/complaints?receipt_number={first['receipt_number']}")
    assert [(i["complaint_id"], i["owner_name"]) for i in by_status["items"]] == [
        (second["complaint_id"], "Front desk 1")
    ]
    assert [i["complaint_id"] for i in by_number["items"]] == [first["complaint_id"]]


async def test_the_list_says_which_complaints_may_be_none(intake: ServiceUnderTest) -> None:
    await accepted(intake, text="没有信号，宽带又断网了")
    await accepted(intake, text="换人工服务")
    await accepted(intake, text="建议增加营业厅的座椅")
    listed = (await read(intake, "/intake/v1/complaints"))["items"]
    assert [(item["kind"], item["tells_of_trouble"]) for item in listed] == [
        ("COMPLAINT", True),
        ("COMPLAINT", False),
        ("SUGGESTION", False),
    ]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "after=x", "status=LOST", "receipt_number=%00", "receipt_number=a'b"]
)
async def test_a_question_that_makes_no_sense_is_refused(intake: ServiceUnderTest, query: str) -> None:
    refused = await intake.client.get(f"/intake/v1/complaints?{query}")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == query.partition("=")[0]


async def test_an_unknown_complaint_is_not_found(intake: ServiceUnderTest) -> None:
    for path in (f"complaints/{uuid4()}", f"complaints/{uuid4()}/history", "track/AAAAAAAAAAAAAAAAAAAAAA"):
        assert (await intake.client.get(f"/intake/v1/{path}")).status_code == 404
    assert (await intake.client.get("/intake/v1/complaints/17")).status_code == 422


async def test_the_history_tells_what_happened_the_oldest_first(intake: ServiceUnderTest) -> None:
    complaint = await accepted(intake)
    complaint_id = UUID(complaint["complaint_id"])
    await intake.hears(
        owner_named(complaint_id, owner_name="Front desk 1"),
        promised(complaint_id, PromiseKind.ACKNOWLEDGE, PromiseKind.SOLVE),
        steps(complaint_id, HandlingStep.VENT, HandlingStep.ASK_CAUSE),
    )
    lines = (await read(intake, f"/intake/v1/complaints/{complaint_id}/history"))["items"]
    assert [(line["what"], line["detail"], line["publisher"]) for line in lines] == [
        ("complaint_received", complaint["receipt_number"], "intake"),
        ("owner_named", "Front desk 1", "routing"),
        ("promises_made", "ACK SOLVE", "sla"),
        ("steps_taken", "VENT ASK_CAUSE", "routing"),
    ]


async def tracked(intake: ServiceUnderTest, accept: str = "text/html") -> tuple[UUID, str, Any]:
    """A Chinese complaint with an owner and a promise; its id, its tracking path and the page."""
    receipt = (await post(intake, text="宽带断网三天了没人来修", customer={"grade": "K"})).json()
    complaint_id = UUID(receipt["complaint_id"])
    due = now().replace(year=2030, month=1, day=31, hour=1, minute=30)
    await intake.hears(
        receipt_sent(complaint_id),
        owner_named(complaint_id, owner_name="前台一 <b>"),
        promised(complaint_id, PromiseKind.SOLVE, due_at=due),
    )
    page = await intake.client.get(receipt["tracking_path"], headers={"accept": accept})
    assert page.status_code == 200
    return complaint_id, receipt["receipt_number"], page


async def test_the_tracking_page_shows_the_customer_state_owner_and_next_promise_in_their_language(
    intake: ServiceUnderTest,
) -> None:
    _, receipt_number, page = await tracked(intake)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for shown in (
        receipt_number,
        "已有专人负责",
        "前台一 &lt;b&gt;",
        "告知处理结果",
        "2030-01-31 09:30",
        'lang="zh-CN"',
    ):
        assert shown in page.text


async def test_the_tracking_page_speaks_english_to_who_complained_in_english(
    intake: ServiceUnderTest,
) -> None:
    receipt = (await post(intake, text="my bill is wrong")).json()
    page = await intake.client.get(receipt["tracking_path"])
    for shown in ("Your complaint", "Received", "being named", 'lang="en"'):
        assert shown in page.text


async def test_the_tracking_page_loads_nothing_and_tells_nobody_its_address(intake: ServiceUnderTest) -> None:
    _, _, page = await tracked(intake)
    policy = page.headers["content-security-policy"]
    style = re.search("<style>(.*)</style>", page.text)
    assert style is not None
    allowed = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy.startswith("default-src 'none'")
    assert f"style-src 'sha256-{allowed}'" in policy
    assert "script" not in page.text
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")


async def test_the_tracking_link_gives_json_with_no_more_than_the_page(intake: ServiceUnderTest) -> None:
    _, receipt_number, answer = await tracked(intake, accept="application/json")
    shown = answer.json()
    assert set(shown) == {
        "superior", "receipt_number", "status", "language", "received_at", "owner_name", "next_promise", "news",
        "waits_for", "waits_until", "rejection_reason", "appeal_until", "appeal_ended_at",
        "charge_frozen",
        "next_news_at", "zone",
    }  # fmt: skip
    assert (shown["receipt_number"], shown["status"]) == (receipt_number, "ASSIGNED")
    assert set(shown["next_promise"]) == {
        "kind", "due_at", "was_due_at", "paused", "state", "seconds_left",
    }  # fmt: skip
    assert [line["text"] for line in shown["news"]] == ["已确定负责人"]


async def test_the_tracking_link_needs_no_token_and_everything_else_does(start_service: StartService) -> None:
    intake = await start_service("intake", api_token="a-token-of-many-characters")
    body = {"contact_key": "k", "text": "x"}
    path = "/intake/v1/channels/web/contacts"
    assert (await intake.client.post(path, json=body)).status_code == 401
    headers = {"authorization": "Bearer a-token-of-many-characters"}
    receipt = (await intake.client.post(path, json=body, headers=headers)).json()
    assert (await intake.client.get(receipt["tracking_path"])).status_code == 200
    assert (await intake.client.get(receipt["status_path"])).status_code == 401


async def test_a_closed_complaint_shows_no_promise_on_its_page(intake: ServiceUnderTest) -> None:
    receipt = (await post(intake, text="my bill is wrong")).json()
    complaint_id = UUID(receipt["complaint_id"])
    await intake.hears(
        promised(complaint_id, PromiseKind.SOLVE), resolved(complaint_id), closed(complaint_id)
    )
    page = (await intake.client.get(receipt["tracking_path"])).text
    assert "Closed" in page
    assert "Promised next" not in page


async def test_operators_see_what_came_in_and_what_is_open(intake: ServiceUnderTest) -> None:
    async def counted(line: str) -> float:
        metrics = (await intake.client.get("/metrics")).text
        [found] = [row for row in metrics.splitlines() if row.startswith(line)]
        return float(found.split()[-1])

    received = 'redress_complaints_received_total{channel="sms"}'
    known = 'redress_contacts_already_known_total{channel="sms"}'
    before = (await counted(received), await counted(known))
    for key in ("a", "b", "b"):
        await post(intake, "sms", message_id=key, sender=f"1390013900{ord(key) % 10}")
    assert (await counted(received), await counted(known)) == (before[0] + 2, before[1] + 1)
    assert await counted('redress_complaints_open{status="REOPENED"}') == 0
