"""What a command says to whoever reads: lines in their language, and one clear line on standard error where it fails.

Exit code 1: it went wrong. 2: it was called wrongly.
"""

import os
from typing import NoReturn

import typer

from .reader import choose_language, half


def say(text: str) -> None:
    """Print the reader's half of "English|中文"."""
    typer.echo(half(text, choose_language(os.environ)))


def complain(message: str) -> None:
    """Say the reader's half of "English|中文" in one line on standard error."""
    said = half(" ".join(message.split()), choose_language(os.environ))
    typer.echo(f"redress: {said}", err=True)


def fail(message: str, code: int = 1) -> NoReturn:
    """Say in one line what went wrong and end."""
    complain(message)
    raise typer.Exit(code)
