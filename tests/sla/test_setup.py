"""Policy and calendars as one TOML file: taken out, tried, put back; what cannot be is refused with its place."""

import tomllib
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla import setup_doors
from services.sla.setup import with_removals
from services.sla.write_toml import write_toml
from shared.runtime.policy_document import merged
from tests.service_under_test import ServiceUnderTest, StartService

from .calendars_to_test import OFFICE, SPRING_FESTIVAL, a_week
from .promised import receive
from .test_calendars_kept import IN_CALENDAR, at, dues, get

BRANCH = {"zone": "Asia/Urumqi", "week": a_week(OFFICE), "holidays_of": "cn-default"}
WHO = {"by": "lead1", "reason": "a new year"}


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


async def export(sla: ServiceUnderTest) -> str:
    answer = await sla.client.get("/sla/v1/setup")
    assert answer.headers["content-type"].startswith("application/toml")
    return str(answer.text)


async def put(sla: ServiceUnderTest, document: Any, status: int = 200, **query: Any) -> Any:
    """Put a document, as TOML where it is text."""
    given: dict[str, Any] = {"json": document}
    if isinstance(document, str):
        given = {"content": document.encode(), "headers": {"content-type": "application/toml"}}
    answer = await sla.client.put("/sla/v1/setup", params=WHO | query, **given)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_what_is_taken_out_can_be_put_back_and_changes_nothing(sla: ServiceUnderTest) -> None:
    text = await export(sla)
    document = tomllib.loads(text)
    solve = document["policy"]["matrix"]["S3"]["S"]["SOLVE"]
    assert (solve["seconds"], solve["calendar"]) == (36_000, "cn-default")
    assert document["calendars"]["cn-default"]["holidays"]["2026-02-17"] == "春节"
    told = await put(sla, text)
    assert (told["differences"], told["calendars"], told["changed"]) == ([], [], False)
    assert len(await get(sla, "calendars")) == 1


async def test_a_dry_run_tells_what_differs_and_what_would_move(sla: ServiceUnderTest) -> None:
    await receive(sla, received_at=at("2126-03-01T16:00"))
    changed = {
        "policy": {"version": "next", "notable_move": 60},
        "calendars": {"cn-default": SPRING_FESTIVAL | {"holidays": {"2126-03-04": "new"}}, "branch": BRANCH},
    }
    told = await put(sla, changed, dry_run=True)
    fields = {one["field"]: one for one in told["differences"]}
    assert fields["policy.notable_move"] == {"field": "policy.notable_move", "from": 1800.0, "to": 60.0}
    assert fields["policy.version"]["to"] == "next"
    assert fields["calendars.cn-default.holidays.2126-03-04"]["to"] == "new"
    assert "from" not in fields["calendars.branch"]
    assert told["calendars"] == ["branch", "cn-default"]
    assert (told["moves"]["open"], told["changed"]) == (3, False)
    assert len(await get(sla, "calendars")) == 1
    assert (await get(sla, "policy"))["version"] == "t"


async def test_policy_and_calendars_come_into_force_together(sla: ServiceUnderTest) -> None:
    solve = {"seconds": 3600, "calendar": "branch"}
    document = {
        "policy": {"version": "next", "matrix": {"S3": {"S": {"SOLVE": solve}}}},
        "calendars": {"branch": BRANCH},
    }
    told = await put(sla, document)
    assert (told["policy_version"], told["calendars"], told["changed"]) == ("next", ["branch"], True)
    complaint_id = await receive(sla, received_at=at("2026-02-13T20:30"))
    assert (await dues(sla, complaint_id))["SOLVE"] == at("2026-02-14T12:00")
    [version] = [one for one in (await get(sla, "policy/versions"))["items"] if one["version"] == "next"]
    assert (version["changed_by"], version["reason"]) == ("lead1", "a new year")
    assert (await put(sla, document))["changed"] is False


async def test_a_complete_document_takes_away_what_it_does_not_name(sla: ServiceUnderTest) -> None:
    named = {"name": "faults", "when": {"is_fault": True}, "targets": {"SOLVE": 60}}
    departments = {"network": "cn-default"}
    await put(sla, {"policy": {"version": "t2", "policies": [named], "department_calendars": departments}})
    text = (await export(sla)).replace('"t2"', '"t3"')
    document = tomllib.loads(text)
    document["policy"] |= {"policies": [], "department_calendars": {}}
    await put(sla, document)
    now = (await get(sla, "policy"))["document"]
    assert (now["policies"], now["department_calendars"]) == ([], {})
    incomplete = {"policy": {"version": "t4", "department_calendars": {"a": "cn-default"}}}
    await put(sla, incomplete)
    await put(sla, {"policy": {"version": "t5", "department_calendars": {"b": "cn-default"}}})
    assert set((await get(sla, "policy"))["document"]["department_calendars"]) == {"a", "b"}


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"surprise": 1}, "surprise"),
        ({"complete": "yes"}, "complete"),
        ({"policy": 3}, "policy"),
        ({"policy": {"version": "n", "acknowledge": -1}}, "policy.acknowledge"),
        ({"policy": {"version": "n", "acknowledge": 1e12}}, "policy.acknowledge"),
        ({"policy": {"notable_move": 60}}, "policy.version"),
        ({"policy": {"version": "n", "calendar": "nobody"}}, "policy"),
        ({"calendars": []}, "calendars"),
        ({"calendars": {"24x7": BRANCH}}, "calendars.24x7"),
        ({"calendars": {"A b": BRANCH}}, "calendars.A b.[key]"),
        ({"calendars": {"branch": {"week": {}}}}, "calendars.branch.zone"),
        ({"calendars": {"branch": BRANCH | {"week": {}}}}, "calendars.branch.week"),
        ({"calendars": {"branch": BRANCH | {"zone": "Mars"}}}, "calendars.branch.zone"),
        ({"calendars": {"branch": BRANCH | {"holidays_of": "x"}}}, "calendars.branch.holidays_of"),
        ({"calendars": {"branch": BRANCH | {"holidays_of": "branch"}}}, "calendars.branch.holidays_of"),
        (
            {"calendars": {"a": BRANCH | {"holidays_of": "b"}, "b": BRANCH | {"holidays_of": "a"}}},
            "calendars.a.holidays_of",
        ),
        ("policy = ", "body"),
        ("[policy]\nversion = 'n'\nacknowledge = nan", "policy.acknowledge"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_place_and_nothing_is_stored(
    sla: ServiceUnderTest, document: Any, field: str
) -> None:
    for dry_run in (True, False):
        refused = await put(sla, document, 422, dry_run=dry_run)
        assert refused["errors"][0]["field"].startswith(field)
    assert len(await get(sla, "calendars")) == 1
    assert (await get(sla, "policy"))["version"] == "t"


async def test_a_part_that_is_refused_at_last_leaves_nothing_of_the_others(sla: ServiceUnderTest) -> None:
    """The name of the version is taken, which only storing it shows: by then the calendars are saved."""
    await put(sla, {"policy": {"version": "taken", "notable_move": 70}})
    await put(sla, {"policy": {"version": "now", "notable_move": 60}})
    complaint_id = await receive(sla, received_at=at("2126-03-01T16:00"))
    before, versions = await dues(sla, complaint_id), await sla.rows("SELECT * FROM calendar")
    document = {
        "policy": {"version": "taken", "notable_move": 90},
        "calendars": {"branch": BRANCH, "cn-default": SPRING_FESTIVAL | {"holidays": {"2126-03-04": "new"}}},
    }
    refused = await put(sla, document, 409)
    assert "taken" in refused["detail"]
    assert await sla.rows("SELECT * FROM calendar") == versions
    assert await sla.rows("SELECT 1 FROM recount") == []
    assert await dues(sla, complaint_id) == before
    assert (await get(sla, "policy"))["document"]["notable_move"] == 60
    document["policy"] = {"version": "free", "notable_move": 90}
    assert (await put(sla, document))["calendars"] == ["branch", "cn-default"]


async def test_what_goes_wrong_while_it_is_stored_undoes_all_of_it(sla: ServiceUnderTest) -> None:
    """As when the database goes away between the calendars and the policy."""
    document = {"policy": {"version": "next", "notable_move": 90}, "calendars": {"branch": BRANCH}}
    gone = AsyncMock(side_effect=RuntimeError("the database is away"))
    with patch.object(setup_doors, "add_in", gone), pytest.raises(RuntimeError, match="is away"):
        await put(sla, document)
    assert len(await get(sla, "calendars")) == 1
    assert (await get(sla, "policy"))["version"] == "t"
    assert (await put(sla, document))["changed"]


async def test_who_and_why_are_asked(sla: ServiceUnderTest) -> None:
    answer = await sla.client.put("/sla/v1/setup", json={})
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["errors"]} == {"by", "reason"}


_TEXTS = st.text(max_size=20)
_VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(_TEXTS, below, max_size=4),
    max_leaves=30,
)


@settings(deadline=None)
@given(st.dictionaries(_TEXTS, _VALUES, max_size=5))
def test_any_document_that_is_written_is_read_as_it_was(document: dict[str, Any]) -> None:
    assert tomllib.loads(write_toml(document)) == document


@settings(deadline=None)
@given(*[st.dictionaries(_TEXTS, _VALUES, max_size=5)] * 2)
def test_a_complete_change_leads_to_what_is_wanted(base: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert merged(base, with_removals(base, wanted)) == wanted
