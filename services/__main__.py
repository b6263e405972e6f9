"""The `redress` command. `python -m services` runs everything; `python -m services routing` runs one service."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python should say so before it stumbles over the syntax
    raise SystemExit(f"redress: needs Python 3.11 or newer, this is {sys.version.split()[0]}")

from pathlib import Path
from typing import Annotated, Any

import typer

from services.command.failure import fail
from services.command.policy_doors.commands import policy_commands
from services.command.registry import SERVICES
from services.command.sla_doors.commands import sla_commands
from shared.runtime.logs import configure_logs
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
        fail("--exit goes with --demo|--exit 须与 --demo 同用", 2)
    settings = _settings(config, kafka=kafka, host=host, port=port)
    from services.command.demo.start import Demo

    beside = Demo(data, leave=leave) if demo else None
    settings = beside.settings(settings) if beside else settings
    if processes:
        from services.command.processes import run_processes

        run_processes(settings, data, beside)
        return
    from services.command.together import run_together

    run_together(settings, data, lambda address: None if beside else _say_where(address), beside)


@app.command()
def serve(
    service: Annotated[str, typer.Argument(help=", ".join(SERVICES))],
    config: Config = None,
    kafka: Kafka = None,
    database: Database = None,
    host: Host = None,
    port: Port = None,
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="End when standard input ends, as with the one who holds it.")
    ] = False,
) -> None:
    """Run one service alone, against a broker and its own database."""
    from services.command.alone import run_alone

    settings = _settings(config, kafka=kafka, host=host, port=port, database_url=database)
    run_alone(_known(service), settings, until_eof=until_eof)


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


@app.command("replay")
def replay_file(
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines with complaints.", show_default=False)],
    *,
    mapping: Annotated[Path, typer.Option(help="TOML file that says what is where; see examples/.")],
    at: Annotated[str | None, typer.Option(help="Where all services answer; http://127.0.0.1:8000.")] = None,
    addresses: Annotated[Path | None, typer.Option(help="JSON file with each service's address.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of `redress up`; it holds the addresses.")] = None,
    rate: Annotated[
        float | None, typer.Option(help="Rows a second; as many as intake takes without it.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="File for rows not taken; <FILE>.rejects.csv without it.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0, help="Seconds to wait at the end while nothing more arrives.")
    ] = 60,
    language: Annotated[str | None, typer.Option(help="en or zh-CN; LANG decides without it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Post real complaints from a file through the doors, and show that none of them is lost."""
    from services.command.replay.command import run_replay

    run_replay(
        file,
        mapping,
        at=at,
        addresses=addresses,
        data=data,
        rate=rate,
        rejects=rejects,
        timeout=timeout,
        language=language,
        as_json=as_json,
    )


@app.command("train-categories")
def train_categories(
    out: Annotated[Path, typer.Argument(help="Where the model goes, such as categories.npz.")],
    *,
    file: Annotated[
        Path | None, typer.Option("--csv", help="Columns text and category; intake's history without it.")
    ] = None,
    database: Database = None,
    data: Data = Path("redress-data"),
) -> None:
    """Learn from labelled complaints which category a text may have, to suggest it; needs redress[ml]."""
    from services.command.train_categories import run_training

    run_training(out, file, database, data)


app.add_typer(sla_commands, name="sla")
app.add_typer(policy_commands, name="policy")

letters = typer.Typer(
    no_args_is_help=True, help="Look after events that were parked because applying them failed."
)
app.add_typer(letters, name="dead-letters")

OneService = Annotated[str | None, typer.Option("--service", help="Only this service.")]
Subject = Annotated[str, typer.Argument(help="The complaint or customer the event is about.")]


@letters.command("list")
def list_dead_letters(
    data: Data = Path("redress-data"), service: OneService = None, database: Database = None
) -> None:
    """One line per parked event."""
    from services.command import dead_letters

    with dead_letters.databases(data, service and _known(service), database) as found:
        dead_letters.list_letters(found)


@letters.command("show")
def show_dead_letter(
    subject: Subject, data: Data = Path("redress-data"), service: OneService = None, database: Database = None
) -> None:
    """Everything that waits for a subject, as JSON lines."""
    from services.command import dead_letters

    with dead_letters.databases(data, service and _known(service), database) as found:
        dead_letters.show_letter(found, subject)


@letters.command("retry")
def retry_dead_letter(
    subject: Subject, data: Data = Path("redress-data"), service: OneService = None, database: Database = None
) -> None:
    """Try a parked event again, and then all that waits behind it."""
    from services.command import dead_letters

    with dead_letters.databases(data, service and _known(service), database) as found:
        dead_letters.retry_letter(found, subject)


@letters.command("drop")
def drop_dead_letter(
    subject: Subject, data: Data = Path("redress-data"), service: OneService = None, database: Database = None
) -> None:
    """Give up a parked event; what waits behind it goes on."""
    from services.command import dead_letters

    with dead_letters.databases(data, service and _known(service), database) as found:
        dead_letters.drop_letter(found, subject)


def _known(service: str) -> str:
    if service not in SERVICES:
        fail(
            f"there is no service {service!r}; there is {', '.join(SERVICES)}"
            f"|没有服务 {service!r}；有 {'、'.join(SERVICES)}",
            2,
        )
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


def _looks_into_due_times() -> bool:
    return sys.argv[1] == "sla" and sys.argv[2:3] in [
        [command.name] for command in sla_commands.registered_commands
    ]


def main() -> None:
    """Run the command; `redress` alone runs everything, `redress <service>` one service."""
    if len(sys.argv) == 1 and sys.argv[0].endswith("__main__.py"):
        sys.argv.append("up")
    elif len(sys.argv) > 1 and sys.argv[1] in SERVICES and not _looks_into_due_times():
        sys.argv.insert(1, "serve")
    configure_logs("ERROR")
    app()


if __name__ == "__main__":
    main()
