"""The doors: what a contact becomes, once per key, whatever comes in."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.events.intake import ComplaintReceived
from tests.service_under_test import SEALER, ServiceUnderTest, StartService


@pytest.fixture
async def intake(start_service: StartService) -> ServiceUnderTest:
    return await start_service("intake")


async def post(intake: ServiceUnderTest, channel: str, **body: Any) -> httpx.Response:
    return await intake.client.post(f"/intake/v1/channels/{channel}/contacts", json=body)


async def test_a_web_contact_becomes_one_complaint_with_a_receipt(intake: ServiceUnderTest) -> None:
    answer = await post(
        intake, "web", contact_key="k1", text="本月账单多扣了两次流量费", customer={"phone": "13800138000"}
    )
    assert answer.status_code == 201, answer.text
    print(answer.json())
    [received] = await intake.said(ComplaintReceived)
    print(received)
    one = await intake.client.get(answer.json()["status_path"])
    print(one.text)
    print((await intake.client.get("/intake/v1/complaints")).text)
    print((await intake.client.get("/intake/v1/contacts")).text)
    t = await intake.client.get(answer.json()["tracking_path"])
    print(t.text, t.headers)
    t = await intake.client.get(answer.json()["tracking_path"], headers={"accept": "application/json"})
    print(t.text)
    t = await intake.client.get(answer.json()["status_path"] + "/history")
    print(t.text)
    t = await intake.client.get(f"/intake/v1/customers/{received.customer_id}")
    print(t.text)
    t = await intake.client.put(
        f"/intake/v1/customers/{received.customer_id}/consent", json={"marketing": True, "source": "web"}
    )
    print(t.text)
    answer = await post(intake, "web", contact_key="k1", text="x")
    print(answer.status_code, answer.text)
    answers = await asyncio.gather(
        *[
            post(intake, "sms", message_id=f"m{i % 10}", text="断网", **{"from": "13900139000"})
            for i in range(50)
        ]
    )
    print([a.status_code for a in answers], answers[0].text)
    for e in await intake.said():
        print(type(e), getattr(e, "repeat_index", None), getattr(e, "severity", None))
    for b in (
        {},
        {"contact_key": "k", "text": "  "},
        {"contact_key": "k", "text": "a", "occurred_at": 5},
        {"contact_key": "k", "text": "a", "customer": {"phone": "123"}},
    ):
        a = await post(intake, "web", **b)
        print(a.status_code, a.text)
    a = await intake.client.get("/intake/openapi.json")
    print(a.text[:3000])
