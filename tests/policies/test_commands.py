"""`redress policy …`: what it prints, and its one line where something is wrong."""

import json
from pathlib import Path

import pytest

from services.command.policy_doors.policies import compare, list_versions, put, show, withdraw
from services.command.replay.addresses import find_addresses
from services.command.sla_doors.ask import Ask, AskError
from tests.command.running import redress
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import SERVICES, WHO, another_process


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla")


def asking(service: ServiceUnderTest, language: str = "en") -> Ask:
    return Ask(service.client, {service.service.name: "http://redress"}, language)


async def test_what_is_shown_can_be_changed_and_put_again(sla: ServiceUnderTest, tmp_path: Path) -> None:
    ask = asking(sla)
    [shown] = await show(ask, "sla", None)
    document = json.loads(shown)
    first = document["version"]
    file = tmp_path / "sla.json"
    file.write_text(json.dumps(document | {"version": "v2", "notable_move": 60}), encoding="utf-8")
    said = await put(ask, "sla", file, **WHO, valid_from=None)
    assert said[0].startswith("v2 is valid from 20")
    assert said[1:] == ["notable_move: 1800.0 -> 60.0"]
    assert json.loads((await show(ask, "sla", None))[0])["notable_move"] == 60
    assert json.loads((await show(ask, "sla", first))[0]) == document
    assert await compare(ask, "sla", "v2", first) == [
        f'version: "{first}" -> "v2"',
        "notable_move: 1800.0 -> 60.0",
    ]


async def test_the_table_of_the_service_in_a_policy_file_is_put(
    sla: ServiceUnderTest, tmp_path: Path
) -> None:
    file = tmp_path / "policy.toml"
    rule = "[[sla.start_rules.office.steps]]\nwhen = 'day_off'\nmove_to = 10:30:00"
    file.write_text(f"[intake]\nversion = 'x'\n[sla]\nversion = 'v2'\n{rule}", encoding="utf-8")
    said = await put(asking(sla, "zh-CN"), "sla", file, **WHO)
    assert "起生效" in said[0]
    assert said[1].startswith("start_rules.office.steps: [")


async def test_a_coming_version_is_listed_and_withdrawn(sla: ServiceUnderTest, tmp_path: Path) -> None:
    file = tmp_path / "sla.toml"
    file.write_text("version = 'v2'\nnotable_move = 60", encoding="utf-8")
    await put(asking(sla), "sla", file, **WHO, valid_from="2126-01-01T00:00:00Z")
    [line, _] = await list_versions(asking(sla), "sla")
    assert line == "v2  coming  2126-01-01T00:00:00Z  lead1  more people at work"
    assert await withdraw(asking(sla), "sla", "v2", "lead1") == ["v2 is withdrawn"]
    assert "已撤回" in (await list_versions(asking(sla, "zh-CN"), "sla"))[0]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.toml", "version = ", "a.toml"),
        ("a.json", "{", "a.json"),
        ("a.toml", "version = 'v2'\nnotable_move = nan", "a.toml"),
        ("a.toml", "version = 'v2'\nnotable_move = -1", "notable_move: must be at least 0"),
        ("a.toml", "notable_move = 1", "version"),
    ],
)
async def test_a_file_that_cannot_be_right_is_one_line(
    sla: ServiceUnderTest, tmp_path: Path, name: str, text: str, words: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AskError, match=words):
        await put(asking(sla), "sla", file, **WHO)
    with pytest.raises(AskError, match="cannot be read"):
        await put(asking(sla), "sla", tmp_path / "none.toml", **WHO)


async def test_another_process_shows_what_was_put(sla: ServiceUnderTest, tmp_path: Path) -> None:
    file = tmp_path / "sla.toml"
    file.write_text("version = 'v2'\nnotable_move = 60", encoding="utf-8")
    await put(asking(sla), "sla", file, **WHO)
    beside = another_process(sla)
    assert json.loads((await show(asking(beside), "sla", None))[0])["version"] == "v2"
    await beside.close()


def test_every_service_has_an_address() -> None:
    assert set(find_addresses("http://here:1", None, None, SERVICES)) == set(SERVICES)


def test_an_unknown_service_and_nobody_there_are_one_line() -> None:
    unknown = redress("policy", "show", "billing")
    assert (unknown.returncode, len(unknown.stderr.strip().splitlines())) == (2, 1)
    nobody = redress("policy", "show", "sla", "--at", "http://127.0.0.1:1")
    assert (nobody.returncode, "nobody answers" in nobody.stderr) == (1, True)
