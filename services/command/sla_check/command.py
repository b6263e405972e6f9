"""The command `redress sla check`: what it prints, and its exit code."""

from pathlib import Path
from typing import Annotated

import typer

sla_commands = typer.Typer(no_args_is_help=True, help="Look into due times.")


@sla_commands.callback()
def _look_into_due_times() -> None:
    """Keep `check` a command of its own."""


@sla_commands.command("check")
def check_history(
    file: Annotated[Path, typer.Argument(help="CSV with a history of one's own.", show_default=False)],
    *,
    mapping: Annotated[Path, typer.Option(help="TOML file that says what is where; see examples/.")],
) -> None:
    """Compare the engine with a history: late or in time, and targets computed from the opening alone."""
    from .check import check
    from .history import read_history
    from .mapping import load_check_mapping
    from .report import report

    read = load_check_mapping(mapping)
    findings = check(read_history(file, read), read)
    for line in report(findings, read.policy.name if read.policy else None):
        typer.echo(line)
