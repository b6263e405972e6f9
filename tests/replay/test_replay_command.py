"""The command as it is typed: exit codes, one line per mistake, and what goes to which stream."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from services.__main__ import app
from tests.waiting import eventually

from .fake_services import FakeServices
from .replaying import WEB, file_of

LETTERS = "id,text\n1,first\n2,second\n"


class Ended(NamedTuple):
    """How a command ended."""

    code: int | None
    out: str
    err: str


async def redress(folder: Path, *arguments: str | Path, interrupt: FakeServices | None = None) -> Ended:
    """Run `redress replay` in a folder; with `interrupt`, Ctrl-C after that has taken ten complaints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("REDRESS", "L"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services",
        "replay",
        *map(str, arguments),
        cwd=folder,
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    if interrupt is not None:
        await eventually(lambda: len(interrupt.bodies) >= 10)
        process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    return Ended(process.returncode, out.decode(), err.decode())


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "letters.toml"
    path.write_text(WEB, encoding="utf-8")
    return path


async def test_a_replay_that_balances_prints_its_report_and_ends_with_0(
    tmp_path: Path, mapping: Path, fake: FakeServices
) -> None:
    file = file_of(tmp_path, LETTERS)
    ended = await redress(tmp_path, file, "--mapping", mapping, "--at", fake.address)
    assert (ended.code, ended.err) == (0, "")
    assert "It balances" in ended.out
    assert (tmp_path / "letters.rejects.csv").read_text(encoding="utf-8").startswith("line,reason")


async def test_the_json_report_is_all_of_standard_output(
    tmp_path: Path, mapping: Path, fake: FakeServices
) -> None:
    file = file_of(tmp_path, LETTERS)
    ended = await redress(
        tmp_path, file, "--mapping", mapping, "--at", fake.address, "--json", "--language", "zh-CN"
    )
    assert json.loads(ended.out)["rows"]["created"] == 2
    assert ended.err == ""


async def test_ctrl_c_says_where_it_stopped_and_ends_with_130(
    tmp_path: Path, mapping: Path, fake: FakeServices
) -> None:
    file = file_of(tmp_path, "id,text\n" + "".join(f"{n},text {n}\n" for n in range(3000)))
    ended = await redress(
        tmp_path, file, "--mapping", mapping, "--at", fake.address, "--rate", "100", interrupt=fake
    )
    assert ended.code == 130
    assert "Run the same command again to go on" in ended.out
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["none.csv"], 1, "there is no file none.csv"),
        (["."], 1, ". is a folder, not a file"),
        (["empty.csv"], 1, "empty.csv is empty"),
        (["gbk.csv"], 1, "gbk.csv is not utf-8"),
        (["other.csv"], 2, "text.columns names the column 'text'"),
        (["letters.csv"], 1, "nobody answers at http://127.0.0.1:1"),
        (["letters.csv", "--rate", "0"], 2, "--rate must be more than 0"),
        (["letters.csv", "--data", "nowhere"], 2, "give one of --at, --addresses and --data"),
        (["letters.csv", "--rejects", "letters.csv"], 2, "would overwrite what is read"),
        (["letters.csv", "--mapping", "none.toml"], 2, "the mapping none.toml cannot be read"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    tmp_path: Path,
    mapping: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    file_of(tmp_path, LETTERS)
    file_of(tmp_path, "", "empty.csv")
    file_of(tmp_path, "id,投诉\n".encode("gbk"), "gbk.csv")
    file_of(tmp_path, "id,words\n1,a\n", "other.csv")
    ended = CliRunner().invoke(
        app, ["replay", "--mapping", str(mapping), "--at", "http://127.0.0.1:1", *arguments]
    )
    assert ended.exit_code == code
    assert ended.stderr.startswith("redress: ")
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["--colour", "red"], ["letters.csv"], ["letters.csv", "--rate", "fast"]]
)
def test_what_was_typed_wrongly_ends_with_2(arguments: list[str]) -> None:
    ended = CliRunner().invoke(app, ["replay", *arguments])
    assert (ended.exit_code, isinstance(ended.exception, SystemExit)) == (2, True)


def test_a_token_that_cannot_be_sent_is_told(
    tmp_path: Path, mapping: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDRESS_API_TOKEN", "密钥密钥密钥密钥密钥密钥密钥密钥")
    file = file_of(tmp_path, LETTERS)
    ended = CliRunner().invoke(app, ["replay", str(file), "--mapping", str(mapping), "--at", "http://x"])
    assert ended.exit_code == 2
    assert "REDRESS_API_TOKEN has characters" in ended.stderr
