"""Which roles are reached at the mailbox of a function, through the door of events."""

from pathlib import Path

import pytest

from shared.events.vocabulary import (
    EscalationLevel,
    Role,
)
from tests.service_under_test import StartService

from .facts import escalated
from .hearing import Messages, owned, told

DESKS = """[notify]
version = 't'
desks = { SERVICE_QUALITY = { channel = 'email', address = 'quality@example.com' } }
"""


async def test_quality_and_heads_of_departments_are_told_of_rungs_at_their_desks(
    start_service: StartService, tmp_path: Path
) -> None:
    notify = await start_service("notify", DESKS, outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    level = {"level": EscalationLevel.L3}
    await notify.hears(escalated(complaint_id, Role.SERVICE_QUALITY, Role.DEPARTMENT_HEAD, **level))
    rungs: Messages = await told(notify, complaint_id, "ESCALATION")
    assert {rung["role"]: (rung["state"], rung["address_hint"]) for rung in rungs} == {
        "SERVICE_QUALITY": ("PENDING", "q***@example.com"),
        "DEPARTMENT_HEAD": ("SKIPPED", None),
    }


async def test_only_functions_have_desks(start_service: StartService) -> None:
    with pytest.raises(Exception, match="CUSTOMER has no desk"):
        await start_service("notify", DESKS.replace("SERVICE_QUALITY", "CUSTOMER"))
