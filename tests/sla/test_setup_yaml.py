"""Policy and calendars as one YAML file: the same as in TOML, and what YAML would guess is not guessed."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.yaml_text import write_yaml, yaml_as_json
from shared.runtime.errors import UnprocessableError
from tests.service_under_test import ServiceUnderTest, StartService

from .test_calendars_kept import IN_CALENDAR, get
from .test_setup import _TEXTS, _VALUES, WHO


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


async def put(sla: ServiceUnderTest, text: str, status: int = 200, **query: Any) -> Any:
    headers = {"content-type": "application/yaml"}
    answer = await sla.client.put("/sla/v1/setup", params=WHO | query, content=text.encode(), headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_what_is_taken_out_as_yaml_can_be_put_back_and_changes_nothing(sla: ServiceUnderTest) -> None:
    answer = await sla.client.get("/sla/v1/setup", headers={"accept": "application/yaml"})
    assert answer.headers["content-type"].startswith("application/yaml")
    told = await put(sla, answer.text)
    assert (told["differences"], told["calendars"], told["changed"]) == ([], [], False)
    toml = await sla.client.get("/sla/v1/setup")
    assert toml.headers["content-type"].startswith("application/toml")


async def test_dates_and_times_in_yaml_need_no_quotes(sla: ServiceUnderTest) -> None:
    text = """
policy:
  version: next
  policies:
    - name: no
      when: {severity: [S1]}
      targets: {SOLVE: {seconds: 3600, same_day_before: 16:00:00, zone: Asia/Shanghai}}
calendars:
  branch:
    zone: Asia/Shanghai
    week: {mon: [09:00-12:00, 13:30-18:00], tue: [09:00-18:00]}
    holidays: {2027-02-08: 春节}
    published_through: 2027-12-31
"""
    assert (await put(sla, text))["changed"]
    [policy] = (await get(sla, "policy"))["document"]["policies"]
    assert (policy["name"], policy["targets"]["SOLVE"]["same_day_before"]) == ("no", "16:00:00")
    written = (await get(sla, "calendars/branch"))["written"]
    assert (written["holidays"], written["week"]["mon"][0]) == ({"2027-02-08": "春节"}, "09:00-12:00")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("policy: [", "line 2"),
        ("policy: {version: a, version: b}", "twice"),
        ("calendars: &one {}\npolicy: *one", "alias"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "alias"),
        ("policy: !!python/object/apply:os.system [ls]", "constructor"),
        ("policy: !!binary aGk=", "bytes"),
        ("policy: {? [1, 2] : 3}", ""),
        ("--- {}\n--- {}", "document"),
        ("policy: {acknowledge: .nan}", "acknowledge"),
        ("just a text", "table"),
        ("[" * 100_000, "more than 50 deep"),
        ("policy:\n\t- x", "line 2"),
    ],
)
async def test_yaml_that_cannot_be_is_refused_with_its_reason(
    sla: ServiceUnderTest, text: str, reason: str
) -> None:
    refused = await put(sla, text, 422)
    assert reason in json.dumps(refused, ensure_ascii=False)
    assert (await get(sla, "policy"))["version"] == "t"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("-3", -3),
        ("2.5e3", 2500.0),
        ("2026-02-17", "2026-02-17"),
    ],
)
def test_only_what_is_a_number_or_a_truth_value_everywhere_is_one(written: str, read: Any) -> None:
    assert json.loads(yaml_as_json(f"v: {written}".encode())) == {"v": read}


@settings(deadline=None)
@given(st.dictionaries(_TEXTS, _VALUES, max_size=5))
def test_any_document_that_is_written_as_yaml_is_read_as_it_was(document: dict[str, Any]) -> None:
    assert json.loads(yaml_as_json(write_yaml(document).encode())) == document


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_is_sent_is_yaml_or_is_refused(body: bytes) -> None:
    with suppress(UnprocessableError):
        yaml_as_json(body)
