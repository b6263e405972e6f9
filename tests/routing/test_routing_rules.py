"""Rules by the people who run it: refused with the place of the error, tried out, activated, taken back, explained."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.routing.app import create_service
from shared.events.routing import HandlerAssigned, OwnerNamed
from shared.events.vocabulary import Grade, Tag
from tests.builders import complaint_received
from tests.service_under_test import NoLog, ServiceUnderTest, StartService
from tests.waiting import eventually

from .people import execute, shown, staff_file, taken_by

KEY_TO_BILLING: dict[str, Any] = {
    "id": "key-accounts",
    "name": "Key accounts are billing's",
    "condition": 'grade == "K"',
    "action": {"department": "billing"},
}
MEDIA_FIRST: dict[str, Any] = {
    "id": "media",
    "name": "The press is watching",
    "condition": '"MEDIA_THREAT" in tags',
    "action": {"owner_group": "night", "priority": 30},
}


async def save(routing: ServiceUnderTest, *rules: dict[str, Any], **headers: str) -> httpx.Response:
    body = {"rules": rules, "note": "first try", "by": "b9"}
    return await routing.client.post("/routing/v1/rules", json=body, headers=headers)


async def activate(routing: ServiceUnderTest, version: int, instead_of: int | None = None) -> httpx.Response:
    body = {"by": "b9", "instead_of": instead_of}
    return await routing.client.post(f"/routing/v1/rules/{version}/activation", json=body)


async def active(routing: ServiceUnderTest, *rules: dict[str, Any]) -> int:
    """These rules decide from now on; returns their version."""
    before = (await routing.client.get("/routing/v1/rules")).json()["active"]
    saved = await save(routing, *rules)
    assert saved.status_code == 200, saved.text
    version = int(saved.json()["version"])
    done = await activate(routing, version, before)
    assert done.status_code == 200, done.text
    return version


async def why(routing: ServiceUnderTest, complaint_id: object) -> dict[str, Any]:
    answer = await routing.client.get(f"/routing/v1/complaints/{complaint_id}/why")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def owner(routing: ServiceUnderTest, **facts: object) -> str:
    complaint_id = await taken_by(routing, None, **facts)
    return next(n.owner_id for n in await routing.said(OwnerNamed) if n.complaint_id == complaint_id)


async def test_a_rule_names_the_department_and_the_rest_goes_as_before(routing: ServiceUnderTest) -> None:
    await active(routing, KEY_TO_BILLING)
    assert await owner(routing, grade=Grade.K) in {"b1", "b2", "b9"}
    assert await owner(routing, grade=Grade.S) == "f1"


async def test_who_has_taken_the_call_answers_and_the_rule_says_who_works(routing: ServiceUnderTest) -> None:
    await active(routing, KEY_TO_BILLING)
    complaint_id = await taken_by(routing, "f1", grade=Grade.K)
    case = await shown(routing, complaint_id)
    assert (case["owner"]["staff_id"], case["handler"]["department"]) == ("f1", "billing")
    assert (await routing.said(HandlerAssigned))[0].reason == "NOT_COMPETENT"


async def test_the_owner_group_answers_and_points_of_priority_are_added(routing: ServiceUnderTest) -> None:
    await active(routing, MEDIA_FIRST)
    complaint_id = await taken_by(routing, None, tags=(Tag.MEDIA_THREAT,), priority=40.0, case_type="BILLING")
    case = await shown(routing, complaint_id)
    assert (case["owner"]["staff_id"], case["handler"]["department"]) == ("duty1", "billing")
    assert (await why(routing, complaint_id))["priority"] == 70.0
    high = await taken_by(routing, None, tags=(Tag.MEDIA_THREAT,), priority=95.0)
    assert (await why(routing, high))["priority"] == 100.0


async def test_a_rule_asks_for_skills_before_the_category_does(
    start_service: StartService, tmp_path: Path
) -> None:
    routing = await start_service("routing", staff_file=staff_file(tmp_path))
    contract = {
        "id": "b2",
        "name": "B2",
        "department": "billing",
        "languages": ["en"],
        "skills": ["contracts"],
    }
    await routing.client.put("/routing/v1/staff/b2?by=b9", json=contract)
    await active(routing, KEY_TO_BILLING | {"action": {"department": "billing", "skills": ["contracts"]}})
    assert [await owner(routing, grade=Grade.K) for _ in range(3)] == ["b2"] * 3


async def test_the_first_rule_that_is_true_applies_and_switched_off_ones_do_not(
    routing: ServiceUnderTest,
) -> None:
    to_night = KEY_TO_BILLING | {"id": "n", "action": {"department": "night"}}
    await active(routing, to_night | {"enabled": False}, KEY_TO_BILLING, to_night | {"id": "later"})
    assert await owner(routing, grade=Grade.K) in {"b1", "b2", "b9"}


async def test_without_anybody_left_in_the_department_it_goes_as_without_the_rule(
    routing: ServiceUnderTest,
) -> None:
    await active(routing, KEY_TO_BILLING | {"action": {"department": "network"}})
    gone = {"id": "n1", "name": "N1", "department": "network", "languages": ["en"], "left": True}
    await routing.client.put("/routing/v1/staff/n1?by=b9", json=gone)
    assert await owner(routing, grade=Grade.K) == "f1"


async def test_why_here_shows_rule_version_and_the_values_of_that_moment(routing: ServiceUnderTest) -> None:
    version = await active(routing, KEY_TO_BILLING)
    complaint_id = await taken_by(routing, None, grade=Grade.K, category="billing/fees", risk_score=20)
    await active(routing, MEDIA_FIRST)
    answer = await why(routing, complaint_id)
    assert answer["rules"]["version"] == version
    assert (answer["rules"]["rule"]["id"], answer["rules"]["rule"]["condition"]) == (
        "key-accounts",
        'grade == "K"',
    )
    assert (answer["fields"]["grade"], answer["fields"]["risk_score"]) == ("K", 20)
    assert (answer["owner"]["rule"], answer["handler"]["reason"]) == ("FC-3", None)
    other = await why(routing, await taken_by(routing, None))
    assert other["rules"] == {"version": version + 1, "rule": None}


async def test_why_here_of_a_complaint_from_before_facts_were_kept(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, None)
    await execute(routing, "DELETE FROM rule_decision")
    answer = await why(routing, complaint_id)
    assert answer["owner"]["rule"] == "FC-3"
    assert (answer["fields"], answer["rules"]) == (None, {"version": None, "rule": None})
    assert (await routing.client.get(f"/routing/v1/complaints/{uuid4()}/why")).status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "english", "chinese"),
    [
        (
            {"condition": 'grade == "K" && abusive'},
            "rules.1.condition",
            'position 14: write "and"',
            "第 14 个字符：请写 and",
        ),
        ({"condition": "x" * 501}, "rules.1.condition", "at most 500", "最多 500"),
        ({"action": {}}, "rules.1.action", "has to do something", "至少要有一项动作"),
        ({"action": {"department": "moon"}}, "rules.1.action.department", "no department", "不是部门"),
        ({"action": {"priority": 101}}, "rules.1.action.priority", "at most 100", "不得大于 100"),
        ({"action": {"priority": "5"}}, "rules.1.action.priority", "whole number", "整数"),
        ({"id": "key-accounts"}, "body", "id of its own", "不能重复"),
        ({"name": "\x00"}, "rules.1.name", "NUL", "NUL"),
        ({"then": 1}, "rules.1.then", "not known here", "不是已知字段"),
    ],
)
async def test_what_is_wrong_is_refused_on_saving_with_its_place(
    routing: ServiceUnderTest, change: dict[str, Any], field: str, english: str, chinese: str
) -> None:
    for language, text in (("en", english), ("zh-CN", chinese)):
        refused = await save(routing, KEY_TO_BILLING, MEDIA_FIRST | change, **{"accept-language": language})
        assert refused.status_code == 422
        [error] = refused.json()["errors"]
        assert error["field"] == field
        assert text in error["message"]
    assert (await routing.client.get("/routing/v1/rules")).json() == {"active": None, "items": []}


async def test_a_dry_run_says_what_would_change_and_changes_nothing(routing: ServiceUnderTest) -> None:
    key = await taken_by(routing, None, grade=Grade.K)
    for _ in range(3):
        await taken_by(routing, None)
    version = (await save(routing, KEY_TO_BILLING, MEDIA_FIRST)).json()["version"]
    answer = await routing.client.post(f"/routing/v1/rules/{version}/dry-run", json={"last": 100})
    found = answer.json()
    assert (found["complaints"], found["no_rule"], found["would_change"]) == (4, 3, 1)
    assert found["by_rule"] == [{"rule": "key-accounts", "complaints": 1}]
    [change] = found["changes"]
    assert (change["complaint_id"], change["now"]["rule"]) == (str(key), None)
    assert change["then"] == {
        "rule": "key-accounts",
        "department": "billing",
        "owner_group": None,
        "skills": [],
        "priority": 0,
        "urgency": None,
    }
    assert (found["active"], await owner(routing, grade=Grade.K)) == (None, "f1")
    newest = await routing.client.post(f"/routing/v1/rules/{version}/dry-run", json={"last": 2})
    assert newest.json()["complaints"] == 2
    await activate(routing, version)
    same = await routing.client.post(f"/routing/v1/rules/{version}/dry-run", json={})
    assert (same.json()["would_change"], same.json()["active"]) == (0, version)


async def test_a_dry_run_reads_on_beyond_a_page(routing: ServiceUnderTest) -> None:
    await routing.hears(*[complaint_received() for _ in range(205)])
    version = (await save(routing, KEY_TO_BILLING)).json()["version"]
    answer = await routing.client.post(f"/routing/v1/rules/{version}/dry-run", json={"last": 10_000})
    assert (answer.json()["complaints"], answer.json()["no_rule"]) == (205, 205)


async def test_activation_names_what_it_takes_the_place_of(routing: ServiceUnderTest) -> None:
    first = await active(routing, KEY_TO_BILLING)
    second = (await save(routing, MEDIA_FIRST)).json()["version"]
    stale = await activate(routing, second, None)
    assert (stale.status_code, stale.json()["errors"][0]["field"]) == (409, "instead_of")
    assert (await activate(routing, second, first)).json() == {"active": second}
    assert (await activate(routing, 99, second)).status_code == 404
    listed = (await routing.client.get("/routing/v1/rules")).json()
    assert (listed["active"], [item["version"] for item in listed["items"]]) == (second, [second, first])
    stored = (await routing.client.get(f"/routing/v1/rules/{first}")).json()
    assert (stored["rules"][0]["id"], stored["note"], stored["saved_by"]) == (
        "key-accounts",
        "first try",
        "b9",
    )


async def test_a_rollback_lets_the_version_before_decide_and_at_last_none(routing: ServiceUnderTest) -> None:
    async def back(instead_of: int | None) -> httpx.Response:
        return await routing.client.post(
            "/routing/v1/rules/rollback", json={"by": "b9", "instead_of": instead_of}
        )

    assert (await back(None)).status_code == 409
    only = await active(routing, KEY_TO_BILLING)
    assert (await back(only)).json() == {"active": None}
    assert await owner(routing, grade=Grade.K) == "f1"
    assert (await back(None)).json() == {"active": only}
    assert await owner(routing, grade=Grade.K) in {"b1", "b2", "b9"}
    history = (await routing.client.get("/routing/v1/rules/activations")).json()["items"]
    assert [item["version"] for item in history] == [only, None, only]
    assert history[0]["active_until"] is None
    assert history[1]["active_until"] == history[0]["active_from"]


async def test_another_process_takes_up_what_was_activated_and_one_that_starts_as_well(
    routing: ServiceUnderTest,
) -> None:
    other = ServiceUnderTest(create_service(routing.service.settings, NoLog()))
    await taken_by(other, None)
    await active(routing, KEY_TO_BILLING)
    await eventually(lambda: _owned_by_billing(other))
    await other.close()
    fresh = ServiceUnderTest(create_service(routing.service.settings, NoLog()))
    assert await owner(fresh, grade=Grade.K) in {"b1", "b2", "b9"}
    await fresh.close()


async def _owned_by_billing(routing: ServiceUnderTest) -> bool:
    return await owner(routing, grade=Grade.K) in {"b1", "b2", "b9"}


async def test_a_stored_rule_that_cannot_be_read_any_more_stops_nothing(routing: ServiceUnderTest) -> None:
    version = await active(routing, MEDIA_FIRST, KEY_TO_BILLING)
    await execute(
        routing,
        "UPDATE rule_list SET rules = jsonb_set(rules, '{0,condition}', '\"of_old == 1\"')",
    )
    fresh = ServiceUnderTest(create_service(routing.service.settings, NoLog()))
    complaint_id = await taken_by(fresh, None, grade=Grade.K)
    assert (await why(fresh, complaint_id))["rules"]["rule"]["id"] == "key-accounts"
    tried = await fresh.client.post(f"/routing/v1/rules/{version}/dry-run", json={})
    assert tried.status_code == 200
    await fresh.close()


async def test_the_published_fields_are_told_in_both_languages(routing: ServiceUnderTest) -> None:
    found = (await routing.client.get("/routing/v1/rules/fields")).json()
    fields = {field["name"]: field for field in found["fields"]}
    assert fields["grade"]["values"] == ["K", "V", "S", "U"]
    assert fields["risk_score"]["values"] is None
    assert all(field["meaning"]["zh-CN"] and field["meaning"]["en"] for field in fields.values())
