"""The `redress` command. `python -m services` runs everything; `python -m services routing` runs one service."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python should say so before it stumbles over the syntax
    raise SystemExit("redress: needs Python 3.11 or newer (需要 3.11 或更新版本): " + sys.version.split()[0])

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from services.command.addresses import Addresses, At, RunningData
from services.command.failure import complain, fail, say
from services.command.help_page import Commands
from services.command.letter_commands import letters
from services.command.options import Config, Data, Database, Host, Kafka, Port, known
from services.command.policy_doors.commands import policy_commands
from services.command.reader import NoSuchLanguageError, ask_for, take_language
from services.command.registry import SERVICES
from services.command.sla_doors.commands import sla_commands
from services.command.usage_errors import said_of, wants_help
from shared.runtime.logs import configure_logs
from shared.runtime.settings import Settings, SettingsError, load_settings

app = Commands(
    name="redress",
    help="Takes complaints, each with one person who answers for it to the end."
    "|受理投诉，每件都有一个人负责到底。",
)


@app.command()
def up(
    data: Data = Path("redress-data"),
    config: Config = None,
    kafka: Kafka = None,
    host: Host = None,
    port: Port = None,
    processes: Annotated[
        bool,
        typer.Option("--processes", help="Each service in a process of its own.|每个服务各用一个进程。"),
    ] = False,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="Post demo complaints and show their journey.|提交演示投诉并显示其全程。"
        ),
    ] = False,
    leave: Annotated[
        bool,
        typer.Option(
            "--exit",
            help="With --demo: end when every complaint has ended.|与 --demo 同用：全部投诉办结后自行结束。",
        ),
    ] = False,
) -> None:
    """Start the database and all six services, and keep serving until Ctrl-C.

    |启动数据库和全部六个服务，直到按 Ctrl-C。
    """
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
        bool,
        typer.Option(
            "--until-eof",
            help="End when standard input ends, as with the one who holds it."
            "|标准输入结束时随之结束，例如持有它的进程退出时。",
        ),
    ] = False,
) -> None:
    """Run one service alone, against a broker and its own database.

    |单独运行一个服务，连接消息代理和它自己的数据库。
    """
    from services.command.alone import run_alone

    settings = _settings(config, kafka=kafka, host=host, port=port, database_url=database)
    run_alone(known(service), settings, until_eof=until_eof)


@app.command()
def migrate(
    service: Annotated[str, typer.Argument(help=", ".join(SERVICES))],
    config: Config = None,
    database: Database = None,
) -> None:
    """Bring the tables of one service up to date.

    |把一个服务的数据表升级到最新。
    """
    from services.command.alone import migrate_one

    migrate_one(known(service), _settings(config, database_url=database))
    say(f"the tables of {service} are up to date|{service} 的数据表已是最新")


@app.command("replay")
def replay_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV or JSON lines with complaints.|含有投诉的 CSV 或 JSON 行文件。", show_default=False
        ),
    ],
    *,
    mapping: Annotated[
        Path,
        typer.Option(
            help="TOML file that says what is where; see examples/."
            "|说明各列含义的 TOML 文件，参见 examples/。",
        ),
    ],
    at: At = None,
    addresses: Addresses = None,
    data: RunningData = None,
    rate: Annotated[
        float | None,
        typer.Option(
            help="Rows a second; as many as intake takes without it.|每秒行数；不给出时尽 intake 所能。"
        ),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            help="File for rows not taken; <FILE>.rejects.csv without it."
            "|列出未受理行的文件；默认 <FILE>.rejects.csv。",
        ),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds to wait at the end while nothing more arrives.|最后没有新进展时等待的秒数。"
        ),
    ] = 60,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON.|以 JSON 输出报告。")
    ] = False,
) -> None:
    """Post real complaints from a file through the doors, and show that none is lost.

    |把文件中的真实投诉从入口提交，并证明一件不丢。
    """
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
        as_json=as_json,
    )


@app.command("train-categories")
def train_categories(
    out: Annotated[
        Path,
        typer.Argument(
            help="Where the model goes, such as categories.npz.|模型存放处，例如 categories.npz。"
        ),
    ],
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            help="Columns text and category; intake's history without it."
            "|含 text 和 category 两列；不给出时用 intake 的历史。",
        ),
    ] = None,
    database: Database = None,
    data: Data = Path("redress-data"),
) -> None:
    """Learn from labelled complaints which category to suggest; needs redress[ml].

    |从已分类的投诉学习，以便建议分类；需要 redress[ml]。
    """
    from services.command.train_categories import run_training

    run_training(out, file, database, data)


app.add_typer(sla_commands, name="sla")
app.add_typer(policy_commands, name="policy")


app.add_typer(letters, name="dead-letters")


def _settings(config: Path | None, **given: Any) -> Settings:
    try:
        return load_settings(config, **given)
    except SettingsError as error:
        fail(str(error), 2)


def _say_where(address: str) -> None:
    say(f"Redress serves on {address}|Redress 运行在 {address}")
    for name in SERVICES:
        typer.echo(f"  {name:<10} {address}/{name}/docs")
    say(f"  metrics    {address}/metrics|  指标       {address}/metrics")


def _meant(words: list[str]) -> list[str]:
    """`redress <service>` is `redress serve <service>`, but for the commands of `redress sla`."""
    looks_into_due_times = words[:1] == ["sla"] and words[1:2] in [
        [command.name] for command in sla_commands.registered_commands
    ]
    return ["serve", *words] if words[:1] and words[0] in SERVICES and not looks_into_due_times else words


def main() -> None:
    """Run the command; `python -m services` alone runs everything, `redress <service>` one service."""
    configure_logs("ERROR")
    alone = len(sys.argv) == 1 and sys.argv[0].endswith("__main__.py")
    sys.exit(called(["up"] if alone else sys.argv[1:]))


def called(words: list[str]) -> int:
    """Run the command that these words call; returns its exit code. Whatever is wrong with them is one line."""
    try:
        rest, language = take_language(words)
        ask_for(language)
        return int(app(_meant(rest), prog_name="redress", standalone_mode=False) or 0)
    except NoSuchLanguageError as error:
        line, code = str(error), 2
    except typer.Abort:
        line, code = "interrupted|已中断", 1
    except TyperException as error:
        if wants_help(error):
            typer.echo(error.format_message(), err=True)
            return error.exit_code
        line, code = said_of(error), error.exit_code
    complain(line)
    return code


if __name__ == "__main__":
    main()
