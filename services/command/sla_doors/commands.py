"""The commands `redress sla …` that ask a running installation: how they are called and how they end."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from services.command.addresses import Addresses, At, RunningData
from services.command.failure import fail
from services.command.reader import choose_language, half
from services.command.sla_check.command import sla_commands

from .ask import Ask, AskError

__all__ = ["run", "sla_commands"]

T = TypeVar("T")

SURE = "Put it in force?|是否生效？"


@sla_commands.command("explain")
def explain_complaint(
    complaint: Annotated[
        str,
        typer.Argument(help="Receipt number or id of a complaint.|投诉的受理编号或 id。", show_default=False),
    ],
    *,
    zone: Annotated[
        str | None,
        typer.Option(
            help="Zone of the times; each calendar's own without it."
            "|时间所用的时区；不给出时用各日历自己的。",
        ),
    ] = None,
    at: At = None,
    addresses: Addresses = None,
    data: RunningData = None,
) -> None:
    """Say step by step how every due time of a complaint came about.

    |逐步说明一件投诉的每个截止时间是怎样得出的。
    """
    from .explain import explain

    for line in run(lambda ask: explain(ask, complaint, zone), at, addresses, data):
        typer.echo(line)


@sla_commands.command("report")
def report_promises(
    *,
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="kind, department, category, severity, grade, area, week, hour, …"
            "|按什么分组：kind、department、category、severity、grade、area、week、hour……"
        ),
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only promises of this kind.|只看这一种承诺。")] = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="Started from then, 2026-11-01T00:00:00Z.|此时及之后开始的，2026-11-01T00:00:00Z。"
        ),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Started before then.|此时之前开始的。")] = None,
    zone: Annotated[
        str | None, typer.Option(help="Zone of weeks, weekdays and hours.|周、星期和小时所用的时区。")
    ] = None,
    output: Annotated[
        str, typer.Option("--format", help="table, csv or json.|table（表格）、csv 或 json。")
    ] = "table",
    at: At = None,
    addresses: Addresses = None,
    data: RunningData = None,
) -> None:
    """What became of promises, by groups: kept, late, broken, and how late.

    |承诺的结果，分组统计：按时、逾期、违约，逾期多久。
    """
    from .report import report

    if output not in {"table", "csv", "json"}:
        fail(
            f"--format is table, csv or json, not {output!r}"
            f"|--format 只能是 table、csv 或 json，不能是 {output!r}",
            2,
        )
    asked = {"by": by or None, "kind": kind, "since": since, "until": until, "zone": zone}
    typer.echo(run(lambda ask: report(ask, output, asked), at, addresses, data), nl=False)


@sla_commands.command("export")
def export_to_file(
    file: Annotated[
        Path | None,
        typer.Argument(help="File to write; the terminal without it.|要写入的文件；不给出时输出到终端。"),
    ] = None,
    *,
    at: At = None,
    addresses: Addresses = None,
    data: RunningData = None,
) -> None:
    """Write the policy in force and all calendars as one file: YAML if its name ends so, else TOML.

    |把现行策略和全部日历写成一个文件：文件名以 .yaml 结尾时为 YAML，否则为 TOML。
    """
    from .setup_file import export_setup

    text = run(lambda ask: export_setup(ask, file), at, addresses, data)
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}|无法写入 {file}：{error.strerror}")


@sla_commands.command("import")
def import_from_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="TOML or YAML file with policy and calendars.|含策略和日历的 TOML 或 YAML 文件。",
            show_default=False,
        ),
    ],
    *,
    by: Annotated[str, typer.Option(help="Who changes it.|由谁更改。")],
    reason: Annotated[str, typer.Option(help="Why.|更改的原因。")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before changing.|更改之前不再询问。")
    ] = False,
    at: At = None,
    addresses: Addresses = None,
    data: RunningData = None,
) -> None:
    """Show what a file would change and move; confirmed, put it in force.

    |显示文件会改动什么、变动哪些承诺，确认后生效。
    """
    from .setup_file import import_setup, read_written

    def confirmed() -> bool:
        return yes or typer.confirm(half(SURE, choose_language(os.environ)), default=False)

    async def work(ask: Ask) -> bool:
        return await import_setup(ask, read_written(file), by, reason, show=typer.echo, confirmed=confirmed)

    run(work, at, addresses, data)


@sla_commands.command("what-if")
def what_if(
    file: Annotated[
        Path,
        typer.Argument(
            help="TOML or YAML file with policy and calendars.|含策略和日历的 TOML 或 YAML 文件。",
            show_default=False,
        ),
    ],
    *,
    since: Annotated[
        str | None,
        typer.Option(
            help="Started from then, 2026-11-01T00:00:00Z.|此时及之后开始的，2026-11-01T00:00:00Z。"
        ),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Started before then.|此时之前开始的。")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the answer as JSON.|以 JSON 输出结果。")
    ] = False,
    at: At = None,
    addresses: Addresses = None,
    data: RunningData = None,
) -> None:
    """Try a policy on past complaints: how many were late, and would have been.

    |用以往的投诉试算一套策略：实际逾期多少，会逾期多少。
    """
    from .what_if import try_file

    async def work(ask: Ask) -> str:
        return await try_file(ask, file, as_json=as_json, since=since, until=until)

    typer.echo(run(work, at, addresses, data), nl=False)


def run(
    work: Callable[[Ask], Awaitable[T]],
    at: str | None,
    addresses: Path | None,
    data: Path | None,
    *,
    of: Sequence[str] | None = None,
) -> T:
    """Do something that asks the services, and return what it returns; ends the command where it cannot."""
    from services.command.replay.addresses import find_addresses
    from services.command.replay.conservation import Place
    from services.command.replay.replay_error import ReplayError

    try:
        asked = of or tuple(place.value for place in Place)
        found = dict(find_addresses(at, addresses, data, asked))
        return asyncio.run(_ask(work, found, choose_language(os.environ)))
    except (AskError, ReplayError) as error:
        fail(str(error), error.code)


async def _ask(work: Callable[[Ask], Awaitable[T]], addresses: dict[str, str], language: str) -> T:
    import httpx

    token = os.environ.get("REDRESS_API_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(timeout=600, trust_env=False, headers=headers) as client:
        return await work(Ask(client, addresses, language))
