"""How a command fails: one clear line on standard error, exit code 1 (it went wrong) or 2 (it was called wrongly)."""

from typing import NoReturn

import typer


def fail(message: str, code: int = 1) -> NoReturn:
    """Say in one line what went wrong and end."""
    typer.echo(f"redress: {' '.join(message.split())}", err=True)
    raise typer.Exit(code)
