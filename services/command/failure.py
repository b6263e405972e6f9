"""How a command fails: one clear line on standard error, exit code 1 (it went wrong) or 2 (it was called wrongly)."""

import os
from typing import NoReturn

import typer

from .reader import choose_language, half


def fail(message: str, code: int = 1, language: str | None = None) -> NoReturn:
    """Say in one line what went wrong and end. Of "English|中文" the reader's half is said; LANG decides."""
    said = half(" ".join(message.split()), language or choose_language(os.environ))
    typer.echo(f"redress: {said}", err=True)
    raise typer.Exit(code)
