"""The command `redress replay`: what it was called with, what it prints, and its exit code."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import typer
import uvloop

from services.command.failure import fail
from services.command.reader import choose_language

from .addresses import find_addresses
from .mapping import load_mapping
from .replay import Plan, replay
from .replay_error import ReplayError
from .report import Report

DONE, DIFFERS, INTERRUPTED = 0, 1, 130


def run_replay(
    file: Path,
    mapping: Path,
    *,
    at: str | None,
    addresses: Path | None,
    data: Path | None,
    rate: float | None,
    rejects: Path | None,
    timeout: float,
    as_json: bool,
) -> None:
    """Replay a file, print the report and exit: 0 if it balances, 1 if not, 130 if it was interrupted."""
    if rate is not None and rate <= 0:
        fail("--rate must be more than 0|--rate 必须大于 0", 2)
    try:
        plan = Plan(
            file=_readable(file),
            mapping=load_mapping(mapping),
            addresses=find_addresses(at, addresses, data),
            rejects=_writable(rejects or Path(f"{file.stem}.rejects.csv"), file, mapping),
            language=choose_language(os.environ),
            rate=rate,
            timeout=timeout,
            token=_token(os.environ),
        )
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            report = runner.run(replay(plan))
    except ReplayError as error:
        fail(str(error), error.code)
    except asyncio.CancelledError:
        fail("interrupted; run the same command again to go on|已中断；再次运行同一命令即可继续", INTERRUPTED)
    _print(report, plan.language, as_json=as_json)
    raise typer.Exit(exit_code(report))


def exit_code(report: Report) -> int:
    """0 if everything balances, 130 if somebody stopped it, else 1."""
    if report.stopped_at is not None and report.trouble is None:
        return INTERRUPTED
    return DONE if report.balances else DIFFERS


def _print(report: Report, language: str, *, as_json: bool) -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        print(report.as_text(language))


def _readable(file: Path) -> Path:
    if file.is_dir():
        raise ReplayError(f"{file} is a folder, not a file|{file} 是目录，不是文件")
    if not file.exists():
        raise ReplayError(f"there is no file {file}|没有文件 {file}")
    return file


def _writable(rejects: Path, *inputs: Path) -> Path:
    if any(rejects.exists() and path.exists() and rejects.samefile(path) for path in inputs):
        raise ReplayError(
            f"--rejects {rejects} would overwrite what is read|--rejects {rejects} 会覆盖正在读取的文件", 2
        )
    return rejects


def _token(environment: Mapping[str, str]) -> str | None:
    token = environment.get("REDRESS_API_TOKEN") or None
    if token and not (token.isascii() and token.isprintable()):
        raise ReplayError(
            "REDRESS_API_TOKEN has characters that cannot be sent|REDRESS_API_TOKEN 含有无法发送的字符", 2
        )
    return token
