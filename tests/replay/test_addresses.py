"""Where the services are looked for."""

import json
from pathlib import Path

import pytest

from services.command.replay.addresses import USUAL, find_addresses
from services.command.replay.conservation import Place
from services.command.replay.replay_error import ReplayError

APART = {
    name: f"http://127.0.0.1:{8000 + n}" for n, name in enumerate(("intake", "routing", "sla", "notify"))
}


def test_one_address_stands_for_all_services() -> None:
    assert set(find_addresses("http://here:1/", None, None).values()) == {"http://here:1"}


@pytest.mark.parametrize("option", ["file", "folder", "usual"])
def test_each_service_may_have_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    folder = tmp_path / "redress-data"
    folder.mkdir()
    (folder / "addresses.json").write_text(json.dumps(APART | {"feedback": "http://x"}), encoding="utf-8")
    monkeypatch.chdir(tmp_path if option == "usual" else "/")
    file = folder / "addresses.json" if option == "file" else None
    found = find_addresses(None, file, folder if option == "folder" else None)
    assert found[Place.PROMISED] == APART["sla"]


def test_without_any_word_it_is_the_usual_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_addresses(None, None, None)[Place.OWNED] == USUAL


@pytest.mark.parametrize("address", ["", "localhost:8000", "ftp://x", "http://", "http://[::1", "nonsense"])
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(ReplayError, match="is no address") as why:
        find_addresses(address, None, None)
    assert why.value.code == 2


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"intake": "http://x"}', '{"intake": 1}'])
def test_a_file_that_does_not_name_every_service_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "addresses.json").write_text(content, encoding="utf-8")
    with pytest.raises(ReplayError):
        find_addresses(None, tmp_path / "addresses.json", None)


def test_a_folder_on_which_nothing_runs_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="is it running on this folder"):
        find_addresses(None, None, tmp_path)


def test_two_ways_to_say_where_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="give one of"):
        find_addresses("http://x", None, tmp_path)
