"""The commands `redress policy …`: how they are called and how they end."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from services.command.addresses import Addresses, At, RunningData
from services.command.failure import fail
from services.command.help_page import Commands
from services.command.registry import SERVICES
from services.command.sla_doors.ask import Ask
from services.command.sla_doors.commands import run

policy_commands = Commands(
    help="Read and change what a service decides by, while it runs.|在运行中查看和更改服务的决策依据。"
)

Service = Annotated[str, typer.Argument(help=", ".join(SERVICES), show_default=False)]
Version = Annotated[str, typer.Argument(help="Name of a version.|版本的名称。", show_default=False)]
By = Annotated[str, typer.Option(help="Who changes it.|由谁更改。", show_default=False)]
Where = tuple[str | None, Path | None, Path | None]


@policy_commands.command("show")
def show(
    service: Service,
    *,
    version: Annotated[
        str | None,
        typer.Option(help="A version; the one in force without it.|某个版本；不给出时为现行版本。"),
    ] = None,
    at: At = None,
    addresses: Addresses = None,
    data: RunningData = None,
) -> None:
    """Print a policy as JSON.

    |以 JSON 输出一套策略。
    """
    from . import policies

    _run(service, lambda ask: policies.show(ask, service, version), (at, addresses, data))


@policy_commands.command("versions")
def versions(
    service: Service,
    *,
    at: At = None,
    addresses: Addresses = None,
    data: RunningData = None,
) -> None:
    """One line per version, the newest first: since when, who and why.

    |每个版本一行，新的在前：何时起、由谁、为何。
    """
    from . import policies

    _run(service, lambda ask: policies.list_versions(ask, service), (at, addresses, data))


@policy_commands.command("diff")
def diff(
    service: Service,
    version: Version,
    *,
    since: Annotated[
        str | None,
        typer.Option("--from", help="A version; the one in force without it.|某个版本；不给出时为现行版本。"),
    ] = None,
    at: At = None,
    addresses: Addresses = None,
    data: RunningData = None,
) -> None:
    """Print what a version has otherwise than another one.

    |列出一个版本与另一个版本的不同之处。
    """
    from . import policies

    _run(service, lambda ask: policies.compare(ask, service, version, since), (at, addresses, data))


@policy_commands.command("put")
def put(
    service: Service,
    file: Annotated[
        Path,
        typer.Argument(
            help="TOML or JSON with what changes.|写有更改内容的 TOML 或 JSON。", show_default=False
        ),
    ],
    *,
    by: By,
    reason: Annotated[str, typer.Option(help="Why it is changed.|更改的原因。", show_default=False)],
    valid_from: Annotated[
        str | None, typer.Option(help="From when on; at once without it.|从何时起；不给出时立即生效。")
    ] = None,
    based_on: Annotated[
        str | None, typer.Option(help="The version that is changed.|以哪个版本为基础更改。")
    ] = None,
    at: At = None,
    addresses: Addresses = None,
    data: RunningData = None,
) -> None:
    """Put a new version; print what it changes.

    |提交新版本，并列出它更改了什么。
    """
    from . import policies

    asked = {"by": by, "reason": reason, "valid_from": valid_from, "based_on": based_on}
    _run(service, lambda ask: policies.put(ask, service, file, **asked), (at, addresses, data))


@policy_commands.command("withdraw")
def withdraw(
    service: Service,
    version: Version,
    *,
    by: By,
    at: At = None,
    addresses: Addresses = None,
    data: RunningData = None,
) -> None:
    """Withdraw a version that is not in force yet.

    |撤回一个尚未生效的版本。
    """
    from . import policies

    _run(service, lambda ask: policies.withdraw(ask, service, version, by), (at, addresses, data))


def _run(service: str, work: Callable[[Ask], Awaitable[list[str]]], where: Where) -> None:
    if service not in SERVICES:
        fail(
            f"there is no service {service!r}; there is {', '.join(SERVICES)}"
            f"|没有服务 {service!r}；有 {'、'.join(SERVICES)}",
            2,
        )
    for line in run(work, *where, of=SERVICES):
        typer.echo(line)
