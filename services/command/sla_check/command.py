"""The command `redress sla check`: what it prints, and its exit code."""

import os
from pathlib import Path
from typing import Annotated

import typer

from services.command.help_page import Commands
from services.command.reader import choose_language

sla_commands = Commands(help="Look into due times.|查看截止时间。")


@sla_commands.command("check")
def check_history(
    file: Annotated[
        Path,
        typer.Argument(help="CSV with a history of one's own.|含有自己历史数据的 CSV。", show_default=False),
    ],
    *,
    mapping: Annotated[
        Path,
        typer.Option(
            help="TOML file that says what is where; see examples/."
            "|说明各列含义的 TOML 文件，参见 examples/。",
        ),
    ],
) -> None:
    """Compare the engine with a history: late or in time, and targets.

    |用历史数据核对计时：是否逾期，截止时间是否相同。
    """
    from .check import check
    from .history import read_history
    from .mapping import load_check_mapping
    from .report import report

    read = load_check_mapping(mapping)
    findings = check(read_history(file, read), read)
    for line in report(findings, read.policy.name if read.policy else None, choose_language(os.environ)):
        typer.echo(line)
