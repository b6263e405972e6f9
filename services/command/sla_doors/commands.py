"""The commands `redress sla …` that ask a running installation: how they are called and how they end."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from services.command.failure import fail
from services.command.sla_check.command import sla_commands

from .ask import Ask, AskError

__all__ = ["run", "sla_commands"]

T = TypeVar("T")

At = Annotated[str | None, typer.Option(help="Where all services answer; http://127.0.0.1:8000.")]
Addresses = Annotated[Path | None, typer.Option(help="JSON file with each service's address.")]
Data = Annotated[Path | None, typer.Option(help="Folder of `redress up`; it holds the addresses.")]
Language = Annotated[str | None, typer.Option(help="en or zh-CN; LANG decides without it.")]


@sla_commands.command("explain")
def explain_complaint(
    complaint: Annotated[
        str, typer.Argument(help="Receipt number or id of a complaint.", show_default=False)
    ],
    *,
    zone: Annotated[
        str | None, typer.Option(help="Zone of the times; each calendar's own without it.")
    ] = None,
    at: At = None,
    addresses: Addresses = None,
    data: Data = None,
    language: Language = None,
) -> None:
    """Say step by step how every due time of a complaint came about."""
    from .explain import explain

    for line in run(lambda ask: explain(ask, complaint, zone), at, addresses, data, language):
        typer.echo(line)


@sla_commands.command("report")
def report_promises(
    *,
    by: Annotated[
        list[str] | None,
        typer.Option(help="kind, department, category, severity, grade, area, week, hour, …"),
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only promises of this kind.")] = None,
    since: Annotated[str | None, typer.Option(help="Started from then, 2026-11-01T00:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Started before then.")] = None,
    zone: Annotated[str | None, typer.Option(help="Zone of weeks, weekdays and hours.")] = None,
    output: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
    at: At = None,
    addresses: Addresses = None,
    data: Data = None,
    language: Language = None,
) -> None:
    """What became of promises, by groups: kept, late, broken, and how late."""
    from .report import report

    if output not in {"table", "csv", "json"}:
        fail(
            f"--format is table, csv or json, not {output!r}"
            f"|--format 只能是 table、csv 或 json，不能是 {output!r}",
            2,
        )
    asked = {"by": by or None, "kind": kind, "since": since, "until": until, "zone": zone}
    typer.echo(run(lambda ask: report(ask, output, asked), at, addresses, data, language), nl=False)


@sla_commands.command("export")
def export_to_file(
    file: Annotated[Path | None, typer.Argument(help="File to write; the terminal without it.")] = None,
    *,
    at: At = None,
    addresses: Addresses = None,
    data: Data = None,
    language: Language = None,
) -> None:
    """Write the policy in force and all calendars as one TOML file."""
    from .setup_file import export_setup

    text = run(export_setup, at, addresses, data, language)
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}|无法写入 {file}：{error.strerror}")


@sla_commands.command("import")
def import_from_file(
    file: Annotated[Path, typer.Argument(help="TOML file with policy and calendars.", show_default=False)],
    *,
    by: Annotated[str, typer.Option(help="Who changes it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before changing.")] = False,
    at: At = None,
    addresses: Addresses = None,
    data: Data = None,
    language: Language = None,
) -> None:
    """Show what a file would change and move, and put it in force when that is confirmed."""
    from .setup_file import import_setup, read_text

    def confirmed() -> bool:
        return yes or typer.confirm("?", default=False)

    async def work(ask: Ask) -> bool:
        return await import_setup(ask, read_text(file), by, reason, show=typer.echo, confirmed=confirmed)

    run(work, at, addresses, data, language)


@sla_commands.command("what-if")
def what_if(
    file: Annotated[Path, typer.Argument(help="TOML file with policy and calendars.", show_default=False)],
    *,
    since: Annotated[str | None, typer.Option(help="Started from then, 2026-11-01T00:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Started before then.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    at: At = None,
    addresses: Addresses = None,
    data: Data = None,
    language: Language = None,
) -> None:
    """Try a policy on past complaints: how many were late, and how many would have been."""
    from .what_if import try_file

    async def work(ask: Ask) -> str:
        return await try_file(ask, file, as_json=as_json, since=since, until=until)

    typer.echo(run(work, at, addresses, data, language), nl=False)


def run(
    work: Callable[[Ask], Awaitable[T]],
    at: str | None,
    addresses: Path | None,
    data: Path | None,
    language: str | None,
    *,
    of: Sequence[str] | None = None,
) -> T:
    """Do something that asks the services, and return what it returns; ends the command where it cannot."""
    from services.command.reader import CHINESE, ENGLISH, choose_language
    from services.command.replay.addresses import find_addresses
    from services.command.replay.conservation import Place
    from services.command.replay.replay_error import ReplayError

    if language not in {None, ENGLISH, CHINESE}:
        fail(
            f"--language is {ENGLISH} or {CHINESE}, not {language!r}"
            f"|--language 只能是 {ENGLISH} 或 {CHINESE}，不能是 {language!r}",
            2,
        )
    try:
        asked = of or tuple(place.value for place in Place)
        found = dict(find_addresses(at, addresses, data, asked))
        return asyncio.run(_ask(work, found, language or choose_language(os.environ)))
    except (AskError, ReplayError) as error:
        fail(str(error), error.code, language)


async def _ask(work: Callable[[Ask], Awaitable[T]], addresses: dict[str, str], language: str) -> T:
    import httpx

    token = os.environ.get("REDRESS_API_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(timeout=600, trust_env=False, headers=headers) as client:
        return await work(Ask(client, addresses, language))
