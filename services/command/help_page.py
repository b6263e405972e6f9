"""The help of a command in the reader's language: every text is "English|中文", and wide characters count two columns."""

import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from .reader import CHINESE, ENGLISH, choose_language, half

Rows = Sequence[tuple[str, str]]
Function = TypeVar("Function", bound=Callable[..., Any])

TEXTS = {
    "Usage: ": "Usage: |用法：",
    "[OPTIONS]": "[OPTIONS]|[选项]",
    "COMMAND [ARGS]...": "COMMAND [ARGS]...|命令 [参数]...",
    "Arguments": "Arguments:|参数：",
    "Options": "Options:|选项：",
    "Commands": "Commands:|命令：",
    "default: ": "default: |默认值：",
    "required": "required|必填",
    "Show this message and exit.": "Show this message and exit.|显示本说明后退出。",
}
"""The words that the library has for a page, and ours."""

LANGUAGE_OPTION = (
    f"--lang {ENGLISH}, {CHINESE}",
    "Language of what people read; LC_ALL or LANG decide without it.|显示语言；不给出时由 LC_ALL 或 LANG 决定。",
)
WIDEST, NARROWEST, WIDEST_NAME = 78, 50, 26
_IN_BRACKETS = re.compile(r"^(.*?)(?:  |^)\[([^\[\]]*)\]$", re.DOTALL)
_WIDE, _CLOSING = "\u2e80-\u9fff\uff00-\uffef", "，。；：、！？）】》”…"
_PIECES = re.compile(rf"\s+|(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_CLOSING}]*")


class HelpPage:
    """What a command and a group of commands have in common: how their help is written."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the whole page."""
        language = choose_language(os.environ)
        width = max(NARROWEST, min(shutil.get_terminal_size().columns - 2, WIDEST))
        formatter.write("\n".join(_page(self, ctx, width, language)))


class SpokenCommand(HelpPage, TyperCommand):
    """A command that explains itself in two languages."""


class SpokenGroup(HelpPage, TyperGroup):
    """A group of commands that explains itself in two languages."""


class Commands(typer.Typer):
    """A group of commands whose help, and that of every command in it, is written "English|中文"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            cls=SpokenGroup,
            no_args_is_help=True,
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            **options,
        )

    def command(self, name: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Register a function as a command; its docstring says in two languages what it does."""
        return super().command(name, cls=SpokenCommand, **options)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text; Chinese may be broken anywhere but before its punctuation."""
    lines = [""]
    for piece in _PIECES.findall(" ".join(text.split())):
        if columns(lines[-1] + piece.rstrip()) > width and lines[-1].strip():
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece.lstrip() if not lines[-1] else piece
    return [line.rstrip() for line in lines]


def _page(command: Any, ctx: Any, width: int, language: str) -> Iterator[str]:
    pieces = [_known(piece, language) for piece in command.collect_usage_pieces(ctx)]
    yield f"{_known('Usage: ', language)}{ctx.command_path} {' '.join(pieces)}"
    if command.help:
        yield ""
        yield from (f"  {line}" for line in wrapped(half(command.help, language), width - 2))
    shown = [param for param in command.get_params(ctx) if param.get_help_record(ctx) is not None]
    arguments, options = (
        [_explained(param.get_help_record(ctx), language) for param in shown if param.param_type_name == kind]
        for kind in ("argument", "option")
    )
    options.insert(-1, (LANGUAGE_OPTION[0], half(LANGUAGE_OPTION[1], language)))
    inner = getattr(command, "commands", {})
    commands = [(name, half(one.help or "", language)) for name, one in inner.items() if not one.hidden]
    for title, rows in (("Arguments", arguments), ("Options", options), ("Commands", commands)):
        if rows:
            yield ""
            yield _known(title, language)
            yield from _table(rows, width)


def _explained(record: tuple[str, str], language: str) -> tuple[str, str]:
    name, text = record
    found = _IN_BRACKETS.match(text)
    if not found:
        return name, half(_known(text, language), language)
    said, extra = found.groups()
    for word in ("default: ", "required"):
        extra = extra.replace(word, _known(word, language))
    return name, f"{half(said, language)} [{extra}]".strip()


def _table(rows: Rows, width: int) -> Iterator[str]:
    names = min(WIDEST_NAME, max(columns(name) for name, _ in rows))
    for name, text in rows:
        first, *others = wrapped(text, width - names - 4)
        if columns(name) > names:
            yield f"  {name}"
            yield f"  {' ' * names}  {first}"
        else:
            yield f"  {name}{' ' * (names - columns(name))}  {first}"
        yield from (f"  {' ' * names}  {line}" for line in others)


def _known(text: str, language: str) -> str:
    return half(TEXTS.get(text, text), language)
