"""Every door that changes a case refuses what is said about a stale version, with how the case stands now (409)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.service_under_test import ServiceUnderTest, StartService

from .people import FIRST_FOUR, PACKET, STAFF, hand_over, offer, post, shown, staff_file, taken_by
from .remedies import HEADS

CASE = "/routing/v1/complaints/{complaint_id}/"
BY = {"by": "f1"}
SAID = BY | {"text": "So it is."}
BODIES: Mapping[str, dict[str, Any]] = {
    "answers": SAID,
    "answers/{answer_id}/release": BY,
    "answers/{answer_id}/return": SAID,
    "appeal": SAID,
    "appeal/decision": SAID | {"upheld": True},
    "calls": BY | {"reached": False},
    "cancellation": SAID,
    "charges": BY | {"reference": "2026-10/17", "amount": 9_900},
    "chases": SAID,
    "compensations": BY | {"event": "MISSED_VISIT"},
    "investigations": BY | {"minutes": 5},
    "lead-department": BY | {"department": "network"},
    "motives": BY | {"motives": ["VENT"]},
    "owner": SAID | {"to": "b2", "owner_id": "f1", "reason": "CUSTOMER_WISH"},
    "proposal": SAID | {"steps": FIRST_FOUR},
    "rejection": SAID | {"reason": "NO_GROUND"},
    "remedies": SAID | {"kind": "REFUND", "amount": 100},
    "remedies/{remedy_id}/approval": {"by": "h3"},
    "remedies/{remedy_id}/payment": BY | {"payment": "P1"},
    "remedies/{remedy_id}/refusal": SAID | {"by": "h3"},
    "resolution": BY,
    "resume": BY,
    "steps": BY | {"step": "VENT"},
    "superior": SAID,
    "tasks": SAID | {"department": "network"},
    "tasks/{task_id}/refusal": SAID | {"by": "n1"},
    "tasks/{task_id}/release": SAID,
    "tasks/{task_id}/result": SAID | {"by": "n1"},
    "transfer": BY | {"to": "b2", "reason": "ABSENT"} | PACKET,
    "transfer/acceptance": {"by": "b2"},
    "transfer/decision": {"by": "duty1", "handler_id": "b2"},
    "transfer/dispute": {"by": "b2", "text": "Not mine."},
    "urgency": BY | {"urgency": "URGENT"},
    "wait": BY | {"reason": "THIRD_PARTY"},
}
"""What is right to say at each door about a case."""

OTHERS: Mapping[str, str] = {
    "put /routing/v1/staff/{staff_id}": "version of the directory",
    "put /routing/v1/departments/{department_id}": "version of the directory",
    "post /routing/v1/staff/import": "version of the directory",
    "put /routing/v1/standard-answers/{answer_id}": "newest version of the text",
    "post /routing/v1/standard-answers/{answer_id}/approval": "newest version of the text",
    "post /routing/v1/standard-answers/{answer_id}/withdrawal": "newest version of the text",
    "post /routing/v1/rules/{version}/activation": "active version of the rules (instead_of)",
    "post /routing/v1/rules/rollback": "active version of the rules (instead_of)",
    "post /routing/v1/standard-answers/import": "adds drafts and replaces nothing",
    "post /routing/v1/rules": "adds a version and replaces nothing",
    "post /routing/v1/rules/{version}/dry-run": "changes nothing",
    "post /routing/v1/queues/{department}/next": "two who ask at once get two",
    "post /routing/v1/incidents/{incident_id}/compensations": "decided once, whoever says it",
    "put /routing/v1/presence": "of two reports the later is true",
    "post /routing/v1/policy/versions": "adds a version; its name is taken once",
    "post /routing/v1/policy/versions/{version}/withdraw": "names the version; withdrawn is withdrawn",
}
"""What guards the other doors that change something, or why nothing can be lost there."""


def changing(paths: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The doors of a document that change something, with the method of each."""
    found = [(path, method) for path, doors in paths.items() for method in doors]
    return {path: method for path, method in found if method in {"post", "put", "patch", "delete"}}


async def document(routing: ServiceUnderTest) -> dict[str, Any]:
    found: dict[str, Any] = (await routing.client.get("/routing/openapi.json")).json()
    return found


async def test_every_door_that_changes_something_is_here(routing: ServiceUnderTest) -> None:
    doors = changing((await document(routing))["paths"])
    assert {path.removeprefix(CASE) for path in doors if path.startswith(CASE)} == BODIES.keys()
    others = {f"{method} {path}" for path, method in doors.items() if not path.startswith(CASE)}
    assert others == OTHERS.keys()


@pytest.fixture
async def firm(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await start_service("routing", staff_file=staff_file(tmp_path, STAFF + HEADS))


async def busy_case(routing: ServiceUnderTest) -> dict[str, str]:
    """A complaint of f1's that b1 works on, with an answer, a remedy, a part and a hand-over that wait for a word."""
    complaint_id = await taken_by(routing, "f1")
    await hand_over(routing, complaint_id, "b1")
    made = {
        "answer_id": await post(routing, complaint_id, "answers", text="We look.", by="b1"),
        "remedy_id": await post(routing, complaint_id, "remedies", **BODIES["remedies"] | {"amount": 30_000}),
        "task_id": await post(routing, complaint_id, "tasks", **BODIES["tasks"]),
    }
    await offer(routing, complaint_id, "b2")
    return {"complaint_id": str(complaint_id)} | {
        name: str(answer.json()["items"][-1][name]) for name, answer in made.items()
    }


@pytest.mark.parametrize("door", BODIES)
async def test_what_is_said_about_a_stale_version_is_refused_with_how_it_stands_now(
    firm: ServiceUnderTest, door: str
) -> None:
    ids = await busy_case(firm)
    method = changing((await document(firm))["paths"])[CASE + door]
    now = await shown(firm, UUID(ids["complaint_id"]))
    told = await firm.said()
    answer = await firm.client.request(
        method, (CASE + door).format(**ids), json=BODIES[door] | {"version": now["version"] - 1}
    )
    assert answer.status_code == 409, answer.text
    current = answer.json()["current"]
    assert (current["version"], current["state"], current["owner_id"]) == (
        *(now["version"], now["state"]),
        now["owner"]["staff_id"],
    )
    assert "has changed since you saw it" in answer.json()["detail"]
    assert await firm.said() == told


FRONT = {"id": "f1", "name": "Front desk 1", "department": "front", "languages": ["en"]}
DESK = {"id": "front", "name": {"zh-CN": "前台", "en": "Front desk"}, "case_types": ["COMPLAINT"]}
CSV = "id,name,department,languages\nf7,Front desk 7,front,en\n"


async def change_directory(routing: ServiceUnderTest, door: str, version: str) -> httpx.Response:
    path, params = f"/routing/v1/{door}", {"by": "b9", "version": version}
    if door == "staff/import":
        csv = {"content-type": "text/csv"}
        return await routing.client.post(path, content=CSV.encode(), params=params, headers=csv)
    body = DESK if door.startswith("departments") else FRONT
    return await routing.client.put(path, json=body, params=params)


@pytest.mark.parametrize("door", ["staff/f1", "departments/front", "staff/import"])
async def test_of_two_who_change_the_directory_that_they_saw_one_wins(
    routing: ServiceUnderTest, door: str
) -> None:
    seen = (await routing.client.get("/routing/v1/staff")).json()["version"]
    first = await change_directory(routing, door, seen)
    assert first.status_code == 200, first.text
    refused = await change_directory(routing, door, seen)
    assert refused.status_code == 409
    current = refused.json()["current"]
    assert current["version"] == first.json()["version"]
    assert [entry["id"] for entry in current["entries"]] == [
        {"staff/f1": "f1", "departments/front": "front"}.get(door, "f7")
    ]
    assert (await change_directory(routing, door, current["version"])).status_code == 200


TEXT = {"category": "billing", "language": "en", "title": "Fees", "text": "We look at the bill.", "by": "b1"}


async def test_a_text_that_somebody_rewrote_is_not_approved_unseen(firm: ServiceUnderTest) -> None:
    path = "/routing/v1/standard-answers/fees"
    assert (await firm.client.put(path, json=TEXT | {"version": 0})).status_code == 200
    assert (await firm.client.put(path, json=TEXT | {"text": "We pay.", "version": 1})).status_code == 200
    words = {"approval": {"by": "s2"}, "withdrawal": {"by": "s2"}}
    for what, body in words.items():
        refused = await firm.client.post(f"{path}/{what}", json=body | {"version": 1})
        assert (refused.status_code, refused.json()["current"]) == (409, {"version": 2})
    refused = await firm.client.put(path, json=TEXT | {"text": "We wait.", "version": 1})
    assert (refused.status_code, refused.json()["current"]) == (409, {"version": 2})
    for what, body in words.items():
        assert (await firm.client.post(f"{path}/{what}", json=body | {"version": 2})).status_code == 200


async def test_rules_are_activated_in_the_place_of_those_that_were_seen(routing: ServiceUnderTest) -> None:
    rule = {"id": "r", "name": "R", "condition": 'severity == "S1"', "action": {"department": "front"}}
    for _ in range(2):
        saved = await routing.client.post("/routing/v1/rules", json={"rules": [rule], "by": "b9"})
        assert saved.status_code == 200, saved.text
    path = "/routing/v1/rules/1/activation"
    assert (await routing.client.post(path, json={"by": "b9", "instead_of": None})).status_code == 200
    for door in ("2/activation", "rollback"):
        refused = await routing.client.post(
            f"/routing/v1/rules/{door}", json={"by": "b9", "instead_of": None}
        )
        assert (refused.status_code, refused.json()["current"]) == (409, {"version": 1})
