"""The commands `redress policy …`: how they are called and how they end."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from services.command.failure import fail
from services.command.registry import SERVICES
from services.command.sla_doors.ask import Ask
from services.command.sla_doors.commands import run

policy_commands = typer.Typer(
    no_args_is_help=True, help="Read and change what a service decides by, while it runs."
)

Service = Annotated[str, typer.Argument(help=", ".join(SERVICES), show_default=False)]
Version = Annotated[str, typer.Argument(help="Name of a version.", show_default=False)]
By = Annotated[str, typer.Option(help="Who changes it.", show_default=False)]
At = Annotated[str | None, typer.Option(help="Where all services answer; http://127.0.0.1:8000.")]
Addresses = Annotated[Path | None, typer.Option(help="JSON file with each service's address.")]
Data = Annotated[Path | None, typer.Option(help="Folder of `redress up`; it holds the addresses.")]
Language = Annotated[str | None, typer.Option(help="en or zh-CN; LANG decides without it.")]
Where = tuple[str | None, Path | None, Path | None, str | None]


@policy_commands.command("show")
def show(
    service: Service,
    *,
    version: Annotated[str | None, typer.Option(help="A version; the one in force without it.")] = None,
    at: At = None,
    addresses: Addresses = None,
    data: Data = None,
    language: Language = None,
) -> None:
    """Print a policy as JSON."""
    from . import policies

    _run(service, lambda ask: policies.show(ask, service, version), (at, addresses, data, language))


@policy_commands.command("versions")
def versions(
    service: Service,
    *,
    at: At = None,
    addresses: Addresses = None,
    data: Data = None,
    language: Language = None,
) -> None:
    """One line per version, the newest first: since when, who and why."""
    from . import policies

    _run(service, lambda ask: policies.list_versions(ask, service), (at, addresses, data, language))


@policy_commands.command("diff")
def diff(
    service: Service,
    version: Version,
    *,
    since: Annotated[
        str | None, typer.Option("--from", help="A version; the one in force without it.")
    ] = None,
    at: At = None,
    addresses: Addresses = None,
    data: Data = None,
    language: Language = None,
) -> None:
    """Print what a version has otherwise than another one."""
    from . import policies

    _run(service, lambda ask: policies.compare(ask, service, version, since), (at, addresses, data, language))


@policy_commands.command("put")
def put(
    service: Service,
    file: Annotated[Path, typer.Argument(help="TOML or JSON with what changes.", show_default=False)],
    *,
    by: By,
    reason: Annotated[str, typer.Option(help="Why it is changed.", show_default=False)],
    valid_from: Annotated[str | None, typer.Option(help="From when on; at once without it.")] = None,
    based_on: Annotated[str | None, typer.Option(help="The version that is changed.")] = None,
    at: At = None,
    addresses: Addresses = None,
    data: Data = None,
    language: Language = None,
) -> None:
    """Put a new version; print what it changes."""
    from . import policies

    asked = {"by": by, "reason": reason, "valid_from": valid_from, "based_on": based_on}
    _run(service, lambda ask: policies.put(ask, service, file, **asked), (at, addresses, data, language))


@policy_commands.command("withdraw")
def withdraw(
    service: Service,
    version: Version,
    *,
    by: By,
    at: At = None,
    addresses: Addresses = None,
    data: Data = None,
    language: Language = None,
) -> None:
    """Withdraw a version that is not in force yet."""
    from . import policies

    _run(service, lambda ask: policies.withdraw(ask, service, version, by), (at, addresses, data, language))


def _run(service: str, work: Callable[[Ask], Awaitable[list[str]]], where: Where) -> None:
    if service not in SERVICES:
        fail(
            f"there is no service {service!r}; there is {', '.join(SERVICES)}"
            f"|没有服务 {service!r}；有 {'、'.join(SERVICES)}",
            2,
        )
    for line in run(work, *where, of=SERVICES):
        typer.echo(line)
