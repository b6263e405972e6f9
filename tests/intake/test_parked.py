"""Whatever a provider sends that cannot be read is kept sealed, counted, and taken as soon as somebody can read it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.intake.provider_accounts import ProviderAccount
from services.intake.provider_doors import PROVIDERS
from services.intake.provider_payload import Posted
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import read
from .providers_at_the_door import KINDS, account, call, fixture, intake_for

NEEDED = {
    "alibaba-sms": "content",
    "tencent-sms": "mobile",
    "twilio-sms": "MessageSid",
    "vonage-sms": "messageId",
    "kannel-sms": "id=5f",
    "twilio-voice": "CallSid",
    "freeswitch-cdr": "variables",
    "amazon-connect": "ContactId",
}
"""Something without which each kind of payload is none."""
UNKNOWN = "renamed"


@pytest.fixture
async def intake(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await intake_for(start_service, tmp_path, *map(account, KINDS))


def learnt(kind: str) -> Callable[..., Any]:
    """How an adapter reads that knows the new name too."""
    reads: Callable[..., Any] = type(PROVIDERS[kind]).__dict__["read"]

    def read_again(adapter: Any, posted: Posted, known: ProviderAccount) -> Any:
        body = posted.body.replace(UNKNOWN.encode(), NEEDED[kind].encode())
        return reads(
            adapter, posted._replace(url=posted.url.replace(UNKNOWN, NEEDED[kind]), body=body), known
        )

    return read_again


def test_every_provider_is_tried() -> None:
    assert set(NEEDED) == set(PROVIDERS) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(NEEDED))
async def test_a_payload_is_parked_sealed_counted_and_taken_when_it_can_be_read(
    intake: ServiceUnderTest, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = {"kind": kind, "outcome": "parked"}
    before = REGISTRY.get_sample_value("redress_from_providers_total", labels) or 0
    broken = fixture(kind).saying(NEEDED[kind], UNKNOWN)
    answers = await asyncio.gather(*[call(intake, broken) for _ in range(5)])
    assert {answer.status_code for answer in answers} == {200}
    assert REGISTRY.get_sample_value("redress_from_providers_total", labels) == before + 1
    [row] = await intake.rows("SELECT parked_id, sealed FROM parked_payload")
    assert "13800138000" not in row["sealed"]
    retry = f"/intake/v1/parked/{row['parked_id']}/retry"
    assert (await intake.client.post(retry)).status_code == 409
    monkeypatch.setattr(type(PROVIDERS[kind]), "read", learnt(kind))
    assert (await intake.client.post(retry)).json()["state"] == "TAKEN"
    [shown] = (await read(intake, "/intake/v1/parked"))["items"]
    assert (shown["state"], shown["tries"]) == ("TAKEN", 1)
    taken = await intake.rows("SELECT 1 FROM contact UNION ALL SELECT 1 FROM call_part")
    assert len(taken) == 1
    assert (await intake.rows("SELECT sealed FROM parked_payload"))[0]["sealed"] is None
