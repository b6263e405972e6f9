"""REP-0 at the door: which test comes first where several would fit, and what other numbers make of the same contacts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.events.intake import ComplaintReceived, ContactAttached
from tests.builders import now, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post

C1 = {"external_id": "c1"}
BILL = "my bill is wrong"


def policy(change: str) -> str:
    return f"[intake]\nversion='t'\n[intake.repeat]\n{change}"


async def said_and_resolved(intake: ServiceUnderTest, ago: timedelta, **fields: Any) -> str:
    """A complaint about the bill that was resolved so long ago."""
    found = str((await accepted(intake, **({"text": BILL, "customer": C1} | fields)))["complaint_id"])
    await intake.hears(resolved(UUID(found), resolved_at=now() - ago))
    return found


async def rules(intake: ServiceUnderTest) -> list[tuple[str, str]]:
    """The complaint and the rule of every contact that was attached."""
    return [(str(event.complaint_id), event.rule) for event in await intake.said(ContactAttached)]


async def test_rep_0_a_known_key_comes_before_everything_that_is_said(intake: ServiceUnderTest) -> None:
    await accepted(intake, contact_key="k1", text=BILL, customer=C1)
    answer = await post(intake, contact_key="k1", text=BILL, customer=C1)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "already_known")
    assert await rules(intake) == []
    assert (await post(intake, contact_key="k2", text=BILL, customer=C1)).json()["outcome"] == "attached"


@pytest.mark.parametrize(
    ("change", "attached"),
    [("similarity=0.6", True), ("similarity=1.0", False)],
)
async def test_rep_0_an_open_complaint_comes_before_one_that_was_just_resolved(
    start_service: StartService, change: str, attached: bool
) -> None:
    intake = await start_service("intake", policy(change))
    category = {"category": "Bill/Rise"}
    just_resolved = await said_and_resolved(intake, timedelta(hours=1), **category)
    about_bill_as_well: dict[str, Any] = {
        "text": "the invoice for roaming abroad",
        "customer": C1,
        "category": "Bill/Other",
    }
    await post(intake, **about_bill_as_well, passed_on_by="REGULATOR")
    still_open = str((await intake.said(ComplaintReceived))[-1].complaint_id)
    await post(intake, text="the roaming invoice from abroad", customer=C1)
    [(joined, rule)] = await rules(intake)
    assert (joined, rule) == ((still_open, "REP-1") if attached else (just_resolved, "REP-4"))


@pytest.mark.parametrize(
    ("hours", "change", "outcome"),
    [
        (71, "", "REP-4"),
        (73, "", "REP-3"),
        (29 * 24, "", "REP-3"),
        (31 * 24, "", None),
        (71, "reopen_within=3600", "REP-3"),
        (71, "reopen_within=3600\nwithin=7200", None),
        (31 * 24, "within=2764800", "REP-3"),
        (31 * 24, "reopen_within=2764800", "REP-4"),
    ],
)
async def test_rep_0_what_was_resolved_is_opened_again_first_named_later_and_forgotten_at_last(
    start_service: StartService, hours: int, change: str, outcome: str | None
) -> None:
    intake = await start_service("intake", policy(change))
    first = await said_and_resolved(intake, timedelta(hours=hours))
    await post(intake, text=BILL, customer=C1)
    again = (await intake.said(ComplaintReceived))[-1]
    if outcome == "REP-4":
        assert await rules(intake) == [(first, "REP-4")]
    else:
        named = (str(again.repeat_of), again.repeat_index) == (first, 2)
        assert named is (outcome == "REP-3")
        assert await rules(intake) == []
