"""Posts contacts to intake's doors; a test names only what matters to it."""

from itertools import count
from typing import Any

import httpx

from shared.runtime.service import Service
from tests.service_under_test import NoLog, ServiceUnderTest

_numbers = count(1)
_KEYS = {"web": "contact_key", "phone": "call_id", "sms": "message_id"}


async def post(intake: ServiceUnderTest, channel: str = "web", **fields: Any) -> httpx.Response:
    """Post a contact; key and text are made up where the test gives none, `sender` stands for `from`."""
    body: dict[str, Any] = {_KEYS[channel]: f"key-{next(_numbers)}", "text": "my bill is wrong"}
    if channel == "sms":
        body["from"] = fields.pop("sender", "13800138000")
    return await intake.client.post(f"/intake/v1/channels/{channel}/contacts", json=body | fields)


async def accepted(intake: ServiceUnderTest, channel: str = "web", **fields: Any) -> dict[str, Any]:
    """Post a contact that becomes a complaint; returns the complaint as it can be read."""
    answer = await post(intake, channel, **fields)
    assert answer.status_code == 201, answer.text
    return await read(intake, answer.json()["status_path"])


async def read(intake: ServiceUnderTest, path: str) -> dict[str, Any]:
    """The JSON behind a path."""
    answer = await intake.client.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def another_process(intake: ServiceUnderTest) -> ServiceUnderTest:
    """A second intake on the same database, as a second process would be. To be closed by the test."""
    from services.intake.app import create_service

    service: Service = create_service(intake.service.settings, NoLog())
    return ServiceUnderTest(service)
