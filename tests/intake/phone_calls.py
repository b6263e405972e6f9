"""Tells intake of a call, part by part; every test with calls uses the same one."""

from datetime import timedelta
from typing import Any

import httpx

from tests.service_under_test import ServiceUnderTest

from .doors import read

BEGIN, ANSWER, END = "2026-11-20T01:30:00Z", "2026-11-20T01:31:00Z", "2026-11-20T01:40:00Z"
PARTS: list[dict[str, Any]] = [
    {"caller_number": "13800138000", "called_number": "10086", "started_at": BEGIN, "queue": "complaints"},
    {"agent_id": "a100", "answered_at": ANSWER, "leg_id": "agent", "ended_at": END, "told_at": END},
    {"recording": {"reference": "s3://recordings/1.wav", "duration": 540.5}, "consent_recorded": True},
    {
        "transcript": {
            "segments": [
                {"speaker": "customer", "text": "宽带断网三天了", "at": 3.5, "confidence": 0.93},
                {"speaker": "agent", "text": "马上派人", "at": 9, "language": "zh-CN"},
            ]
        }
    },
]


async def tell(intake: ServiceUnderTest, call_id: str = "c1", **part: Any) -> httpx.Response:
    path = "/intake/v1/channels/phone/calls"
    answer = await intake.client.post(path, json={"call_id": call_id} | part)
    assert answer.status_code == 200, answer.text
    return answer


async def call(intake: ServiceUnderTest, call_id: str = "c1", provider: str = "") -> dict[str, Any]:
    return await read(intake, f"/intake/v1/calls?call_id={call_id}&provider={provider}")


async def let_it_be_quiet(intake: ServiceUnderTest) -> None:
    await intake.let_pass(timedelta(seconds=31))
