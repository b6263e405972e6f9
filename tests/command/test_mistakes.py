"""Mistakes on the command line: one clear line each, exit code 1 or 2, and nothing left running."""

import base64
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import NewDatabase

from .running import redress

KEYS = "k:" + base64.b64encode(b"x" * 32).decode()


def says_in_one_line(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.strip().splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield sock.getsockname()[1]


def test_a_port_that_is_taken(tmp_path: Path, taken_port: int) -> None:
    done = redress("up", "--data", str(tmp_path / "d"), "--port", str(taken_port))
    says_in_one_line(done, 1, str(taken_port), "--port")


def test_a_folder_that_cannot_be_written() -> None:
    says_in_one_line(redress("up", "--data", "/proc/redress", "--port", "0"), 1, "/proc/redress")


def test_an_unknown_option() -> None:
    says_in_one_line(redress("up", "--colour", "red"), 2, "there is no option --colour", "redress up --help")


def test_an_unknown_service() -> None:
    says_in_one_line(redress("serve", "billing"), 2, "billing", "intake")


def test_exit_without_demo() -> None:
    says_in_one_line(redress("up", "--exit"), 2, "--demo")


def test_a_settings_file_that_is_not_there(tmp_path: Path) -> None:
    says_in_one_line(redress("up", "--config", str(tmp_path / "none.toml")), 2, "none.toml")


def test_a_setting_that_is_wrong() -> None:
    says_in_one_line(redress("up", REDRESS_PORT="many"), 2, "port")


def test_a_foreign_host_without_a_token() -> None:
    says_in_one_line(redress("up", "--host", "0.0.0.0"), 2, "REDRESS_API_TOKEN")


def test_processes_without_a_broker(tmp_path: Path) -> None:
    says_in_one_line(redress("up", "--processes", "--data", str(tmp_path / "d")), 2, "--kafka")


def test_processes_that_would_need_ports_beyond_the_last(tmp_path: Path) -> None:
    done = redress(
        "up", "--processes", "--kafka", "127.0.0.1:1", "--data", str(tmp_path / "d"), "--port", "65531"
    )
    says_in_one_line(done, 2, "65531", "--port")


def test_processes_of_which_one_port_is_taken(tmp_path: Path, taken_port: int) -> None:
    done = redress(
        "up",
        "--processes",
        "--kafka",
        "127.0.0.1:1",
        "--data",
        str(tmp_path / "d"),
        "--port",
        str(taken_port),
    )
    says_in_one_line(done, 1, str(taken_port), "--port")


def test_a_broker_address_that_is_none(tmp_path: Path) -> None:
    done = redress("up", "--data", str(tmp_path / "d"), "--kafka", "broker", "--port", "0")
    says_in_one_line(done, 2, "host:port")


def test_a_broker_that_does_not_answer(tmp_path: Path) -> None:
    done = redress("up", "--data", str(tmp_path / "d"), "--kafka", "127.0.0.1:1", "--port", "0")
    says_in_one_line(done, 1, "127.0.0.1:1")


def test_a_database_that_does_not_answer() -> None:
    done = redress("migrate", "sla", "--database", "postgresql+asyncpg://nobody@127.0.0.1:1/none")
    says_in_one_line(done, 1, "sla")


def test_an_address_that_is_no_database() -> None:
    says_in_one_line(redress("migrate", "sla", "--database", "nonsense"), 2, "nonsense")


async def test_a_service_whose_tables_are_old(fresh_database_url: str) -> None:
    done = redress(
        "serve",
        "intake",
        "--database",
        fresh_database_url,
        "--kafka",
        "127.0.0.1:1",
        REDRESS_SEALING_KEYS=KEYS,
    )
    says_in_one_line(done, 1, "redress migrate intake")


async def test_a_service_without_sealing_keys(new_database: NewDatabase) -> None:
    url = await new_database("intake")
    done = redress("serve", "intake", "--database", url, "--kafka", "127.0.0.1:1", "--port", "0")
    says_in_one_line(done, 2, "REDRESS_SEALING_KEYS")


def test_a_policy_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("[sla]\ncolour = 1")
    done = redress(
        "up", "--data", str(tmp_path / "d"), "--port", "0", REDRESS_POLICY_FILE=str(tmp_path / "p.toml")
    )
    says_in_one_line(done, 2, "p.toml", "colour")


def test_dead_letters_of_a_folder_that_does_not_run(tmp_path: Path) -> None:
    says_in_one_line(redress("dead-letters", "list", "--data", str(tmp_path)), 1, str(tmp_path))
