"""The `redress` command. `python -m services` runs everything; `python -m services routing` runs one service."""

import sys

if sys.version_info < (3, 11):
    raise SystemExit(f"redress: needs Python 3.11 or newer, this is {sys.version.split()[0]}")

from pathlib import Path
from typing import Annotated, Any

import typer

from services.command.failure import fail
from services.command.registry import SERVICES
from shared.runtime.settings import Settings, SettingsError, load_settings

app = typer.Typer(
    name="redress",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Data = Annotated[Path, typer.Option(help="Folder that holds everything; made where it is missing.")]
Config = Annotated[Path | None, typer.Option(help="TOML file with settings.")]
Kafka = Annotated[str | None, typer.Option(help="Brokers as host:port; without it the log is in PostgreSQL.")]
Host = Annotated[
    str | None, typer.Option(help="Address to listen on; any but loopback needs REDRESS_API_TOKEN.")
]
Port = Annotated[int | None, typer.Option(help="Port to listen on (8000); 0 takes a free one.")]
Database = Annotated[str | None, typer.Option("--database", help="postgresql+asyncpg://… of the service.")]


@app.command()
def up(
    data: Data = Path("redress-data"),
    config: Config = None,
    kafka: Kafka = None,
    host: Host = None,
    port: Port = None,
    processes: Annotated[
        bool, typer.Option("--processes", help="Each service in a process of its own.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Post demo complaints and show their journey.")
    ] = False,
    leave: Annotated[
        bool, typer.Option("--exit", help="With --demo: end when every complaint has ended.")
    ] = False,
) -> None:
    """Start the database and all six services, and keep serving until Ctrl-C."""
    if leave and not demo:
        fail("--exit goes with --demo", 2)
    settings = _settings(config, kafka=kafka, host=host, port=port)
    if processes:
        from services.command.processes import run_processes

        run_processes(settings, data)
        return
    from services.command.together import run_together

    run_together(settings, data, lambda _server, address: _say_where(address))


@app.command()
def serve(
    service: Annotated[str, typer.Argument(help=", ".join(SERVICES))],
    config: Config = None,
    kafka: Kafka = None,
    database: Database = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Run one service alone, against a broker and its own database."""
    from services.command.alone import run_alone

    run_alone(_known(service), _settings(config, kafka=kafka, host=host, port=port, database_url=database))


@app.command()
def migrate(
    service: Annotated[str, typer.Argument(help=", ".join(SERVICES))],
    config: Config = None,
    database: Database = None,
) -> None:
    """Bring the tables of one service up to date."""
    from services.command.alone import migrate_one

    migrate_one(_known(service), _settings(config, database_url=database))
    typer.echo(f"the tables of {service} are up to date")


def _known(service: str) -> str:
    if service not in SERVICES:
        fail(f"there is no service {service!r}; there is {', '.join(SERVICES)}", 2)
    return service


def _settings(config: Path | None, **given: Any) -> Settings:
    try:
        return load_settings(config, **given)
    except SettingsError as error:
        fail(str(error), 2)


def _say_where(address: str) -> None:
    typer.echo(f"Redress serves on {address}")
    for name in SERVICES:
        typer.echo(f"  {name:<10} {address}/{name}/docs")
    typer.echo(f"  metrics    {address}/metrics")


def main() -> None:
    """Run the command; `redress` alone runs everything, `redress <service>` one service."""
    if len(sys.argv) == 1 and sys.argv[0].endswith("__main__.py"):
        sys.argv.append("up")
    elif len(sys.argv) > 1 and sys.argv[1] in SERVICES:
        sys.argv.insert(1, "serve")
    app()


if __name__ == "__main__":
    main()
