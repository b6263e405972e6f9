"""Versions of a policy over the API: read, put, compared, withdrawn, and refused with place and reason."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.service_under_test import ServiceUnderTest, StartService

from .doors import (
    SERVICES,
    another_process,
    execute,
    get,
    looks_again,
    put,
    put_well,
    states,
    valid_time_comes,
)

LATER = "2126-03-01T00:00:00+08:00"
HARMLESS: dict[str, dict[str, Any]] = {
    "intake": {"repeat": {"within": 3600}},
    "routing": {"chase": {"every": 3600}},
    "sla": {"notable_move": 60},
    "notify": {"retry": {"attempts": 3}},
    "feedback": {"question": {"ask_after": 60}},
    "marketing": {"cap": {"most_offers": 0}},
}


@pytest.fixture(params=SERVICES)
async def service(
    request: pytest.FixtureRequest, start_service: StartService, tmp_path: Path
) -> ServiceUnderTest:
    return await start_service(request.param, outbound_folder=tmp_path)


@pytest.fixture
async def feedback(start_service: StartService) -> ServiceUnderTest:
    return await start_service("feedback")


async def test_every_service_shows_the_whole_policy_in_force_and_takes_a_new_version(
    service: ServiceUnderTest,
) -> None:
    first = await get(service)
    assert (first["source"], first["document"]["version"]) == ("file", first["version"])
    told = await put_well(service, {"version": "v2"} | HARMLESS[service.service.name])
    [difference] = told["differences"]
    assert (told["based_on"], told["in_force"]) == (first["version"], True)
    second = await get(service)
    assert (second["version"], second["source"], second["reason"]) == ("v2", "api", "more people at work")
    compared = await get(service, "/diff", **{"from": first["version"], "to": "v2"})
    assert difference in compared["differences"]
    assert [one["field"] for one in compared["differences"]] == ["version", difference["field"]]
    assert await states(service) == {first["version"]: "PAST", "v2": "IN_FORCE"}


async def test_what_is_stored_and_taken_over_is_the_same_policy_in_the_same_order(
    service: ServiceUnderTest,
) -> None:
    """Word rules and classes are tried in the order in which they stand."""
    before = json.dumps((await get(service))["document"])
    name = (await get(service))["version"]
    await put_well(service, {"version": "same"}, based_on=name)
    restarted = another_process(service)
    again = await get(restarted)
    await restarted.close()
    assert json.dumps(again["document"]) == before.replace(f'"{name}"', '"same"', 1)
    assert (await get(service, "/versions/same"))["document"] == again["document"]


async def test_a_change_may_be_toml_and_is_merged_over_what_is_in_force(feedback: ServiceUnderTest) -> None:
    await put_well(feedback, "version = 'v2'\n[question]\nask_after = 60")
    await put_well(feedback, "version = 'v3'\n[judgement]\nsatisfied_score_from = 5")
    document = (await get(feedback))["document"]
    assert (document["question"]["ask_after"], document["judgement"]["satisfied_score_from"]) == (60, 5)
    assert (await get(feedback, "/versions/v3"))["change"] == {
        "version": "v3",
        "judgement": {"satisfied_score_from": 5},
    }


async def test_null_takes_an_entry_away(start_service: StartService) -> None:
    intake = await start_service("intake")
    await put_well(intake, {"version": "v2", "severity": {"words": {"billing": None}}})
    assert "billing" not in (await get(intake))["document"]["severity"]["words"]
    refused = await put(intake, {"version": "v3", "severity": {"default": None}})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "severity.default"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": "v2", "question": {"ask_after": -1}}, "question.ask_after"),
        ({"version": "v2", "question": {"ask_after": "soon"}}, "question.ask_after"),
        ({"version": "v2", "question": {"ask_after": 1e17}}, "question.ask_after"),
        ({"version": "v2", "question": {"asked": 1}}, "question.asked"),
        ({"version": "v2", "question": 7}, "question"),
        ({"version": "v2", "no\x00pe": 1}, "no?pe"),
        ({"version": "v2", "question": {"ask_after": 7200}}, "body"),
        ({"version": "v2"}, "body"),
        ({"version": "", "question": {"ask_after": 1}}, "version"),
        ({"version": "a/b", "question": {"ask_after": 1}}, "version"),
        ({"version": 7, "question": {"ask_after": 1}}, "version"),
        ({"question": {"ask_after": 1}}, "version"),
        ([1], "body"),
        ("version = 'v2'\n[question", "body"),
        ("version = 'v2'\n[question]\nask_after = nan", "question.ask_after"),
        ("version = 'v2'\n[question]\nask_after = -inf", "question.ask_after"),
        ("version = 'v2'\nquestion" + ".a" * 2000 + " = 1", "question" + ".a" * 11),
        ("a = " + "[" * 30000, "body"),
    ],
)
async def test_a_document_that_cannot_be_right_is_refused_with_its_place_and_changes_nothing(
    feedback: ServiceUnderTest, change: Any, field: str
) -> None:
    before = await get(feedback)
    for language in ("zh-CN", "en"):
        feedback.client.headers["accept-language"] = language
        answer = await put(feedback, change)
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["errors"][0]["field"] == field
        message = answer.json()["errors"][0]["message"]
        assert any(letter >= "一" for letter in message) == (language == "zh-CN")
    assert await get(feedback) == before
    assert len((await get(feedback, "/versions"))["items"]) == 1


async def test_validators_of_the_service_have_their_say_in_both_languages(
    start_service: StartService,
) -> None:
    sla = await start_service("sla")
    change = {"version": "v2", "escalation": {"l2_most": 200_000}}
    english = await put(sla, change)
    chinese = await sla.client.post(
        "/sla/v1/policy/versions?by=a&reason=b", json=change, headers={"accept-language": "zh-CN"}
    )
    assert english.json()["errors"][0]["field"] == chinese.json()["errors"][0]["field"] == "escalation"
    assert "l2_least <= l2_most" in english.json()["errors"][0]["message"]
    assert "必须" in chinese.json()["errors"][0]["message"]


async def test_texts_that_cannot_be_filled_in_are_refused(
    start_service: StartService, tmp_path: Path
) -> None:
    notify = await start_service("notify", outbound_folder=tmp_path)
    refused = await put(notify, {"version": "v2", "texts": {"RECEIPT": {"en": "Hello {nobody}"}}})
    assert refused.status_code == 422
    assert "RECEIPT" in refused.json()["detail"]
    await put_well(notify, {"version": "v2", "texts": {"RECEIPT": {"en": "We have it as {receipt}"}}})


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"by": ""}, "by"),
        ({"reason": ""}, "reason"),
        ({"valid_from": "2020-01-01T00:00:00Z"}, "valid_from"),
        ({"valid_from": "tomorrow"}, "valid_from"),
        ({"valid_from": "2126-03-01T00:00:00"}, "valid_from"),
        ({"based_on": "nobody-knows"}, "based_on"),
        ({"until": "2126-03-01T00:00:00Z"}, "until"),
    ],
)
async def test_who_why_and_when_must_be_right(
    feedback: ServiceUnderTest, params: dict[str, str], field: str
) -> None:
    answer = await put(feedback, {"version": "v2", "question": {"ask_after": 1}}, **params)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


async def test_a_version_is_never_changed(feedback: ServiceUnderTest) -> None:
    change = {"version": "v2", "question": {"ask_after": 1}}
    await put_well(feedback, change)
    of_the_file = (await states(feedback)).keys() - {"v2"}
    for name in ("v2", *of_the_file):
        again = await put(feedback, {"version": name, "question": {"ask_after": 2}})
        assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "version")
    assert (await get(feedback))["document"]["question"]["ask_after"] == 1
    assert (await feedback.client.put("/feedback/v1/policy/versions/v2", json=change)).status_code == 405
    assert (await feedback.client.delete("/feedback/v1/policy/versions/v2")).status_code == 405


async def test_a_coming_version_is_withdrawn_and_one_in_force_is_not(feedback: ServiceUnderTest) -> None:
    await put_well(feedback, {"version": "now", "question": {"ask_after": 1}})
    told = await put_well(feedback, {"version": "later", "question": {"ask_after": 2}}, valid_from=LATER)
    assert told["in_force"] is False
    assert (await get(feedback))["coming"][0]["version"] == "later"
    path = "/feedback/v1/policy/versions/{}/withdraw"
    assert (await feedback.client.post(path.format("now"), json={"by": "a1"})).status_code == 409
    assert (await feedback.client.post(path.format("never"), json={"by": "a1"})).status_code == 404
    assert (await feedback.client.post(path.format("later"), json={"by": "a1"})).status_code == 200
    assert (await feedback.client.post(path.format("later"), json={"by": "a1"})).status_code == 409
    assert (await states(feedback))["later"] == "WITHDRAWN"
    await valid_time_comes(feedback)
    await looks_again(feedback)
    assert (await get(feedback))["version"] == "now"


async def test_what_another_coming_version_is_made_from_is_withdrawn_after_it(
    feedback: ServiceUnderTest,
) -> None:
    await put_well(feedback, {"version": "one", "question": {"ask_after": 2}}, valid_from=LATER)
    two = await put_well(
        feedback,
        {"version": "two", "question": {"answer_within": 9}},
        valid_from=LATER.replace("2126", "2127"),
    )
    assert two["based_on"] == "one"
    before_both = await put_well(feedback, {"version": "three", "question": {"answer_within": 8}})
    assert before_both["followed_by"] == ["one", "two"]
    path = "/feedback/v1/policy/versions/{}/withdraw"
    refused = await feedback.client.post(path.format("one"), json={"by": "a1"})
    assert (refused.status_code, "'two'" in refused.text) == (409, True)
    for name in ("two", "one"):
        assert (await feedback.client.post(path.format(name), json={"by": "a1"})).status_code == 200


async def test_one_goes_back_by_a_new_version_of_an_old_one(feedback: ServiceUnderTest) -> None:
    first = await get(feedback)
    await put_well(feedback, {"version": "v2", "question": {"ask_after": 1}})
    await put_well(feedback, {"version": "v3"}, based_on=first["version"])
    document = (await get(feedback))["document"]
    assert document == first["document"] | {"version": "v3"}


async def test_two_who_change_at_once_both_have_their_change(feedback: ServiceUnderTest) -> None:
    beside = another_process(feedback)
    answers = await asyncio.gather(
        *(
            put_well(one, {"version": f"v{number}", "judgement": {name: 1}})
            for number, (one, name) in enumerate(
                [
                    (feedback, "satisfied_score_from"),
                    (beside, "satisfied_impression_from"),
                    (feedback, "dissatisfied_mean_up_to"),
                ]
            )
        )
    )
    await beside.close()
    assert len({answer["based_on"] for answer in answers}) == 3
    assert set((await get(feedback))["document"]["judgement"].values()) == {1}


async def test_a_version_counts_above_the_file_until_a_newer_one(
    feedback: ServiceUnderTest, tmp_path: Path
) -> None:
    await put_well(feedback, {"version": "v2", "question": {"ask_after": 60}})
    file = tmp_path / "policy.toml"
    file.write_text("[feedback]\nversion = 'file-2'\n[feedback.question]\nask_after = 99", encoding="utf-8")
    restarted = another_process(feedback, policy_file=file)
    found = await get(restarted)
    assert (found["version"], found["document"]["question"]["ask_after"]) == ("v2", 60)
    await put_well(restarted, {"version": "v3"}, based_on="file-2")
    assert (await get(restarted))["document"]["question"]["ask_after"] == 99
    await restarted.close()


async def test_one_who_does_not_understand_a_version_goes_on_and_says_so(feedback: ServiceUnderTest) -> None:
    """As an older Redress beside a newer one."""
    await put_well(feedback, {"version": "v2", "question": {"ask_after": 60}})
    newer = (await get(feedback))["document"] | {"version": "v3", "tomorrow": 1}
    await execute(
        feedback,
        "INSERT INTO policy (version, digest, document, content, valid_from)"
        " VALUES ('v3', 'x', CAST(:content AS jsonb), :content, :at)",
        content=json.dumps(newer),
        at=datetime.now(UTC),
    )
    found = await get(feedback)
    assert (found["version"], found["not_understood"]) == (
        "v2",
        "v3: tomorrow: Extra inputs are not permitted",
    )
    in_chinese = await feedback.client.get("/feedback/v1/policy", headers={"Accept-Language": "zh-CN"})
    assert in_chinese.json()["not_understood"] == "v3：tomorrow 不是已知字段，请删除"


async def test_fields_that_a_newer_redress_has_more_are_those_of_its_file(feedback: ServiceUnderTest) -> None:
    base = await get(feedback)
    older = {"version": "v1", "question": {"ask_after": 60, "answer_within": 600}}
    await execute(
        feedback,
        "INSERT INTO policy (version, digest, document, content, valid_from)"
        " VALUES ('v1', 'x', CAST(:content AS jsonb), :content, :at)",
        content=json.dumps(older),
        at=datetime.now(UTC),
    )
    found = await get(feedback)
    assert found["version"] == f"v1+{base['version']}"
    assert found["document"]["question"]["ask_after"] == 60
    assert found["document"]["judgement"] == base["document"]["judgement"]


async def test_nobody_without_the_token_reads_or_puts(start_service: StartService) -> None:
    feedback = await start_service("feedback", api_token="secret-of-a-test")
    for answer in (
        await feedback.client.get("/feedback/v1/policy"),
        await put(feedback, {"version": "v2", "question": {"ask_after": 1}}),
    ):
        assert answer.status_code == 401
    feedback.client.headers["authorization"] = "Bearer secret-of-a-test"
    await put_well(feedback, {"version": "v2", "question": {"ask_after": 1}})


async def test_unknown_versions_are_not_found(feedback: ServiceUnderTest) -> None:
    await get(feedback, "/versions/nobody-knows", 404)
    await get(feedback, "/diff", 404, to="nobody-knows")
    await get(feedback, "/diff", 422)
