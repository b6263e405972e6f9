"""What SMS providers send that cannot be read is parked once and answered with a yes."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from services.intake.provider_accounts import ProviderAccount
from services.intake.provider_payload import Message, Posted
from shared.events.intake import ComplaintReceived
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import read
from .providers_at_the_door import (
    SMS_KINDS,
    account,
    call,
    fixture,
    intake_for,
    is_a_yes,
)


@pytest.fixture
async def intake(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await intake_for(start_service, tmp_path, *map(account, SMS_KINDS))


BROKEN: list[tuple[str, str, str, str]] = [
    ("alibaba-sms", "[{", "{", "body"),
    ("alibaba-sms", '"content"', '"contents"', "content"),
    ("alibaba-sms", '"13800138000"', "null", "phone_number"),
    ("tencent-sms", '{"', '["', "body"),
    ("tencent-sms", '"mobile"', '"phone"', "mobile"),
    ("tencent-sms", '"text":"', '"text":" ","x":"', "text"),
    ("twilio-sms", "MessageSid", "MessageId", "MessageSid"),
    ("twilio-sms", "NumMedia=0", "NumMedia=-1", "NumMedia"),
    ("vonage-sms", '"messageId"', '"message"', "messageId"),
    ("vonage-sms", '"text":"No', '"text":"","x":"No', "text"),
    ("vonage-sms", '{"api-key"', '["api-key"', "body"),
    ("vonage-sms", '"type":"text"', '"type":"binary","data":"zz"', "data"),
    ("kannel-sms", "id=5f", "nr=5f", "id"),
    ("kannel-sms", "text=No", "text=%FF%FFNo", "text"),
    ("kannel-sms", "from=%2B8613800138000", "from=" + "1" * 41, "from"),
]


@pytest.mark.parametrize(("kind", "old", "new", "field"), BROKEN)
async def test_a_broken_payload_is_parked_once_sealed_and_answered_with_a_yes(
    intake: ServiceUnderTest, kind: str, old: str, new: str, field: str
) -> None:
    broken = fixture(kind).saying(old, new)
    assert broken != fixture(kind)
    labels = {"kind": kind, "outcome": "parked"}
    before = REGISTRY.get_sample_value("redress_from_providers_total", labels) or 0
    for answer in await asyncio.gather(*[call(intake, broken) for _ in range(3)]):
        assert is_a_yes(kind, answer)
    [row] = await intake.rows("SELECT reason, sealed, state FROM parked_payload")
    assert (row["reason"], row["state"]) == (field, "PARKED")
    assert "13800138000" not in row["sealed"]
    assert REGISTRY.get_sample_value("redress_from_providers_total", labels) == before + 1
    [item] = (await read(intake, "/intake/v1/parked"))["items"]
    shown = await read(intake, f"/intake/v1/parked/{item['parked_id']}")
    assert shown["payload"]["method"] == broken.method
    assert await intake.said(ComplaintReceived) == []


async def test_a_parked_payload_is_taken_when_its_adapter_has_learnt_to_read_it(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await call(intake, fixture("kannel-sms").saying("id=5f", "nr=5f"))
    [item] = (await read(intake, "/intake/v1/parked"))["items"]
    retry = f"/intake/v1/parked/{item['parked_id']}/retry"
    refused = await intake.client.post(retry)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "id")

    def learnt(_self: object, _posted: Posted, _account: ProviderAccount) -> list[Message]:
        return [Message("5f", "13800138000", None, "No signal")]

    monkeypatch.setattr("services.intake.kannel_sms.KannelSms.read", learnt)
    assert (await intake.client.post(retry)).json()["state"] == "TAKEN"
    assert len(await intake.said(ComplaintReceived)) == 1
    assert (await intake.client.post(retry)).status_code == 409
    [row] = await intake.rows("SELECT sealed, tries FROM parked_payload")
    assert (row["sealed"], row["tries"]) == (None, 1)


async def test_a_parked_payload_can_be_given_up_by_name(intake: ServiceUnderTest) -> None:
    await call(intake, fixture("kannel-sms").saying("id=5f", "nr=5f"))
    [item] = (await read(intake, "/intake/v1/parked"))["items"]
    path = f"/intake/v1/parked/{item['parked_id']}"
    assert (await intake.client.post(f"{path}/drop", json={})).status_code == 422
    assert (await intake.client.post(f"{path}/drop", json={"by": "a100"})).json()["state"] == "DROPPED"
    assert (await intake.client.post(f"{path}/drop", json={"by": "a100"})).status_code == 409
    shown = await read(intake, path)
    assert (shown["payload"], shown["settled_by"]) == (None, "a100")
