"""Who hears that a department has not answered a complaint's owner in time (FC-14), through the door of events."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.events.routing import HandlerAssigned
from shared.events.vocabulary import Channel, Role, TransferReason
from tests.builders import now, resolved
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

from .facts import DUE_IN_CHINESE, DUE_IN_ENGLISH
from .hearing import HEAD, hears_in_turn, owned, told
from .news import internal_broken

KIND = "INTERNAL_OVERDUE"


def handed_over(complaint_id: UUID, **changes: Any) -> HandlerAssigned:
    facts: dict[str, Any] = {"handler_id": "n1", "handler_name": "Network 1", "department": "network"}
    facts |= {"reason": TransferReason.NOT_COMPETENT, "assigned_at": now()}
    for who, account in (("manager", "m1"), ("coordinator", "c1")):
        address = SEALER.seal(f"{account}@example.com", str(complaint_id))
        facts |= {f"{who}_id": account, f"{who}_channel": Channel.EMAIL, f"{who}_reply_to": address}
    return HandlerAssigned(**({"complaint_id": complaint_id} | facts | changes))


async def reached(notify: ServiceUnderTest, complaint_id: UUID) -> dict[str, str | None]:
    return {m["role"]: m["address_hint"] for m in await told(notify, complaint_id, KIND)}


@pytest.mark.parametrize(("language", "due"), [("zh-CN", DUE_IN_CHINESE), ("en", DUE_IN_ENGLISH)])
async def test_fc_14_who_leads_the_department_and_the_coordinator_hear_once_where_they_are_reached(
    start_service: StartService, tmp_path: Path, language: str, due: str
) -> None:
    policy = HEAD + f"staff_language = '{language}'"
    notify = await start_service("notify", policy, outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    event = internal_broken(complaint_id)
    await hears_in_turn(notify, handed_over(complaint_id), event, event)
    assert await reached(notify, complaint_id) == {
        "MANAGER": "m***@example.com",
        "COORDINATOR": "c***@example.com",
    }
    messages = await told(notify, complaint_id, KIND)
    assert all(due in message["text"] and message["state"] == "PENDING" for message in messages)


async def test_fc_14_a_hand_over_alone_is_told_to_neither(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(handed_over(complaint_id))
    assert await reached(notify, complaint_id) == {}


async def test_fc_14_who_leads_it_and_settles_hand_overs_too_hears_once(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, handed_over(complaint_id, coordinator_id="m1"), internal_broken(complaint_id))
    assert set(await reached(notify, complaint_id)) == {"MANAGER"}


async def test_fc_14_the_next_department_has_its_own_lead_and_owner_and_team_lead_can_be_named(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    address = SEALER.seal("b9@example.com", str(complaint_id))
    await hears_in_turn(
        notify,
        handed_over(complaint_id),
        handed_over(complaint_id, department="billing", manager_id="b9", manager_reply_to=address),
        internal_broken(complaint_id, Role.MANAGER, Role.OWNER, Role.TEAM_LEAD),
    )
    assert await reached(notify, complaint_id) == {
        "MANAGER": "b***@example.com",
        "OWNER": "a***@example.com",
        "TEAM_LEAD": "l***@example.com",
    }


async def test_fc_14_after_the_resolution_nobody_hears_of_it(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(
        notify, handed_over(complaint_id), internal_broken(complaint_id), resolved(complaint_id)
    )
    assert {m["state"] for m in await told(notify, complaint_id, KIND)} == {"SKIPPED"}
