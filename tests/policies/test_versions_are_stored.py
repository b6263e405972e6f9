"""Every decision is stored with the version of the policy that it was taken by; every other table says what it records."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import MetaData

from services.command.registry import SERVICES
from shared.events import Event
from shared.events import routing as told
from shared.runtime.idempotency_store import add_idempotency_table
from shared.runtime.tables import add_service_tables
from tests.builders import answered, complaint_received, now
from tests.intake.incidents_at_the_door import FEW, complain, look
from tests.routing.people import hand_over, post, resolve, staff_file, taken_by
from tests.routing.test_incidents import ended, joined
from tests.service_under_test import ServiceUnderTest, StartService
from tests.sla.test_promises_paused import paused

from .doors import put_well

RECORDS: Mapping[str, Mapping[str, str]] = {
    "intake": {
        "gathering": "parts as they came",
        "message_part": "parts as they came",
        "parked_payload": "what providers sent",
        "call": "what telephone systems told",
        "call_part": "what telephone systems told",
        "call_back": "what telephone systems told",
        "customer_call": "what telephone systems told",
        "attachment": "files as they came",
        "contact": "what was said; what it became is told with the version, and stands with its complaint",
        "customer": "what customers and registries told",
        "customer_key": "what customers and registries told",
        "customer_merge": "what people decided",
        "promise": "what sla decided, with its version there",
        "category": "what people imported",
        "category_tree": "what people imported, with its own version",
        "history": "what others told",
        "heard": "what customers told, by which incidents are found",
    },
    "routing": {
        "standard_answer_use": "names the version of the text that was used",
        "call_attempt": "what staff did",
        "investigation": "what staff did",
        "rule_list": "what people wrote, with its own version",
        "rule_activation": "what people decided, of which version",
        "rule_decision": "names the version of the rules; that of the policy stands with its complaint",
        "staff_load": "counts",
        "presence": "what telephone systems told",
        "directory_entry": "what people wrote, with its own revision",
        "incident": "what intake decided, with its version there",
        "incident_child": "what intake decided, with its version there",
    },
    "sla": {
        "calendar": "what people approved, with its own version",
        "recount": "names the version of the calendar",
        "swapping": "names the version of the policy that is applied",
        "swap": "names the versions before and after, in `was` and `became`",
        "contract": "what people told",
        "protection": "what people decided",
        "addressee": "what people told",
        "customer_call": "what intake told",
    },
    "notify": {
        "complaint": "what others told",
        "incident": "what intake decided, with its version there",
        "incident_child": "what intake decided, with its version there",
    },
    "feedback": {"complaint": "what others told"},
    "marketing": {
        "customer": "what others told",
        "customer_merge": "what intake told",
        "complaint": "what others told",
    },
}
"""The tables without the version of a policy, and why none is needed there."""

KEPT_BY_ROUTING: Mapping[str, Collection[type[Event]]] = {
    "complaint": {told.OwnerNamed},
    "owner_change": {told.OwnerChanged},
    "transfer": {
        told.HandlerAssigned,
        told.TransferRequested,
        told.TransferAccepted,
        told.TransferFailed,
        told.TransferDisputed,
        told.TransferDecided,
    },
    "chase": {told.HandlerChased},
    "later_contact": {told.ContactPassedOn},
    "unclear_case": {told.SuperiorInformed},
    "work_round": {told.StepsTaken, told.SolutionProposed, told.ComplaintResolved},
    "waiting": {told.ComplaintPaused, told.ComplaintResumed},
    "ending": {
        told.ComplaintClosed,
        told.ComplaintReopened,
        told.ComplaintRejected,
        told.ComplaintCancelled,
    },
    "appeal": {told.ComplaintAppealed, told.AppealDecided, told.AppealOverdue},
    "answer": {told.AnswerHeld, told.AnswerReleased, told.AnswerReturned},
    "task": {told.TaskAsked, told.TaskDone, told.TaskRefused, told.TaskOverdue, told.TaskReleased},
    "remedy": {
        told.RemedyProposed,
        told.RemedyApproved,
        told.RemedyRefused,
        told.RemedyOverdue,
        told.RemedyPaid,
    },
    "disputed_charge": {told.ChargeFrozen, told.ChargeReleased},
}
"""Where what routing told is kept with the version of the policy by which it was decided."""

SAID_TO_ROUTING: Collection[type[Event]] = {
    told.LeadDepartmentNamed,
    told.UrgencyChanged,
    told.ProgressTold,
}
"""What people decided, and what follows at the times that they chose with it."""

OF_EVERY_SERVICE = MetaData()
add_service_tables(OF_EVERY_SERVICE)
add_idempotency_table(OF_EVERY_SERVICE)


def own_tables(service: str) -> dict[str, set[str]]:
    """The tables of a service besides those that every service has, with the names of their columns."""
    metadata: MetaData = import_module(f"services.{service}.tables").metadata
    return {
        name: {column.name for column in table.columns}
        for name, table in metadata.tables.items()
        if name not in OF_EVERY_SERVICE.tables
    }


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_of_decisions_names_the_version_of_the_policy(service: str) -> None:
    without = {name for name, columns in own_tables(service).items() if "policy_version" not in columns}
    assert without == RECORDS[service].keys()


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_decides_something_and_keeps_it(service: str) -> None:
    assert any("policy_version" in columns for columns in own_tables(service).values())


def test_whatever_routing_tells_is_kept_with_the_version_of_the_policy() -> None:
    kept = {event for events in KEPT_BY_ROUTING.values() for event in events}
    assert kept | set(SAID_TO_ROUTING) == {getattr(told, name) for name in told.__all__}
    tables = own_tables("routing")
    assert [name for name in KEPT_BY_ROUTING if "policy_version" not in tables[name]] == []


async def versions(service: ServiceUnderTest, *tables: str) -> set[str | None]:
    """By which versions what stands in these tables was decided; each has a row at least."""
    found = set()
    for table in tables:
        rows = await service.rows(f"SELECT policy_version FROM {table}")
        assert rows, table
        found |= {row["policy_version"] for row in rows}
    return found


async def test_work_chases_and_approvals_name_the_policy(start_service: StartService, tmp_path: Path) -> None:
    routing = await start_service("routing", "[routing]\nversion='mine'", staff_file=staff_file(tmp_path))
    complaint_id, incident = await taken_by(routing, "f1"), uuid4()
    await hand_over(routing, complaint_id, "b1")
    chased = await post(routing, complaint_id, "chases", by="f1", text="Any news?")
    assert chased.status_code == 200, chased.text
    await post(routing, complaint_id, "steps", step="VENT", by="b1")
    child = await taken_by(routing, "f1")
    await routing.hears(joined(child, incident), ended(incident))
    await routing.let_pass(timedelta())
    assert await versions(routing, "complaint", "work_round", "chase", "transfer") == {"mine"}
    assert len(await routing.rows("SELECT 1 FROM work_round")) == 2


async def test_each_end_and_each_reopening_name_the_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service("routing", "[routing]\nversion='mine'", staff_file=staff_file(tmp_path))
    closed_, reopened, rejected, cancelled, denied = [await taken_by(routing, "f1") for _ in range(5)]
    for complaint_id in (closed_, reopened, denied):
        await resolve(routing, complaint_id, "f1")
    unhappy = answered(reopened, solved=False, satisfied=False, dissatisfied=True)
    await routing.hears(answered(closed_), unhappy)
    await post(routing, rejected, "rejection", reason="NO_GROUND", text="The bill is right.", by="f1")
    await post(routing, cancelled, "cancellation", text="It works again.", by="f1")
    await post(routing, denied, "appeal", text="Not right.", by="f1")
    said = {"text": "We looked again.", "by": "duty1"}
    assert (await post(routing, denied, "appeal/decision", upheld=False, **said)).status_code == 200
    assert await versions(routing, "ending") == {"mine"}
    for complaint_id, end in {
        closed_: ("CLOSED", "CONFIRMED", None),
        reopened: ("REOPENED", "NOT_SOLVED", None),
        rejected: ("REJECTED", "NO_GROUND", "f1"),
        cancelled: ("CANCELLED", None, "f1"),
        denied: ("CLOSED", "APPEAL_DENIED", "duty1"),
    }.items():
        [item] = await endings(routing, complaint_id)
        assert (item["became"], item["because"], item["said_by"]) == end
        assert (item["round"], item["policy_version"]) == (1, "mine")


async def test_a_complaint_shows_each_of_its_ends_by_the_version_of_then(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service("routing", staff_file=staff_file(tmp_path))
    complaint_id = await taken_by(routing, "f1")
    await resolve(routing, complaint_id, "f1")
    await routing.hears(answered(complaint_id, solved=False, satisfied=False, dissatisfied=True))
    await put_well(routing, {"version": "2027-a", "wait": {"failed_calls": 3}})
    await resolve(routing, complaint_id, "f1")
    await routing.hears(answered(complaint_id, round=2), answered(complaint_id, round=2))
    first, second = await endings(routing, complaint_id)
    assert (first["became"], first["round"], second["became"], second["round"]) == (
        *("REOPENED", 1),
        "CLOSED",
        2,
    )
    assert (first["policy_version"] != "2027-a", second["policy_version"]) == (True, "2027-a")


async def endings(routing: ServiceUnderTest, complaint_id: UUID) -> list[dict[str, Any]]:
    """How it ended, each time."""
    page = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/endings")
    items: list[dict[str, Any]] = page.json()["items"]
    return items


async def test_who_takes_over_from_an_absent_colleague_does_so_by_a_version(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service("routing", "[routing]\nversion='mine'", staff_file=staff_file(tmp_path))
    complaint_id = await taken_by(routing, "b1", case_type="BILLING")
    away = {"reports": [{"staff_id": "b1", "presence": "AWAY"}]}
    await routing.client.put("/routing/v1/presence", json=away)
    taken = await routing.client.post("/routing/v1/queues/billing/next", json={"by": "b2"})
    assert taken.json()["next"]["complaint_id"] == str(complaint_id)
    page = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/transfers")
    [item] = page.json()["items"]
    assert (item["status"], item["reason"], item["from_id"], item["handler_id"]) == (
        *("TAKEN_OVER", "ABSENT", "b1"),
        "b2",
    )
    assert await versions(routing, "transfer") == {"mine"}


async def test_rungs_and_pauses_name_the_policy(start_service: StartService) -> None:
    sla = await start_service("sla", "[sla]\nversion='mine'")
    complaint_id = uuid4()
    await sla.hears(complaint_received(complaint_id))
    await sla.hears(paused(complaint_id, 0.0))
    late = uuid4()
    await sla.hears(complaint_received(late, received_at=now() - timedelta(days=30)))
    await sla.let_pass(timedelta())
    assert await versions(sla, "promise", "rung", "pause") == {"mine"}


async def test_incidents_and_who_joined_them_name_the_policy(start_service: StartService) -> None:
    intake = await start_service("intake", FEW)
    await complain(intake, 5)
    await look(intake)
    assert await versions(intake, "complaint", "incident", "incident_child") == {"t"}
