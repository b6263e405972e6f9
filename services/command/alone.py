"""Runs one service alone, on its own database and a broker, or brings its tables up to date."""

import asyncio
import os

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from shared.bus.database import Database
from shared.runtime.database import is_current, migrate
from shared.runtime.logs import configure_logs
from shared.runtime.policy import PolicyError
from shared.runtime.service import Together
from shared.runtime.settings import Settings, SettingsError

from .failure import fail
from .logs_of_events import kafka_log, require_broker
from .registry import create_service
from .server import Server, listen, serve


def run_alone(name: str, settings: Settings, *, until_eof: bool = False) -> None:
    """Serve `name` until stopped, or until standard input ends.

    Intake starts without a broker; every other service needs one to begin.
    """
    if not settings.database_url:
        fail(
            f"{name} needs a database: give --database or REDRESS_DATABASE_URL"
            f"|{name} 需要数据库：请给出 --database 或设置 REDRESS_DATABASE_URL",
            2,
        )
    if not settings.kafka:
        fail(
            f"{name} alone needs a broker: give --kafka or REDRESS_KAFKA"
            f"|{name} 单独运行需要消息代理：请给出 --kafka 或设置 REDRESS_KAFKA",
            2,
        )
    event_log = kafka_log(settings)
    if name != "intake":
        require_broker(settings)
    asyncio.run(_require_current(name, settings.database_url))
    configure_logs(settings.log_level, service=name)
    try:
        service = create_service(name, settings, event_log)
    except (PolicyError, SettingsError, ValueError) as error:
        fail(str(error), 2)
    sock = listen(settings)
    app = Together([service], settings, closes=event_log)
    if not serve(app, [service], settings, sock, _stop_at_eof if until_eof else None):
        fail(f"{name} did not start; the lines above say why|{name} 没有启动，原因见上面的日志")


def _stop_at_eof(server: Server) -> None:
    loop = asyncio.get_running_loop()

    def on_readable() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            server.stop()

    loop.add_reader(0, on_readable)


def migrate_one(name: str, settings: Settings) -> None:
    """Bring the tables of `name` up to date."""
    if not settings.database_url:
        fail(
            f"{name} needs a database: give --database or REDRESS_DATABASE_URL"
            f"|{name} 需要数据库：请给出 --database 或设置 REDRESS_DATABASE_URL",
            2,
        )

    try:
        asyncio.run(migrate(settings.database_url, name))
    except (SQLAlchemyError, OSError) as error:
        fail(
            f"the database of {name} cannot be used: {error.__cause__ or error}"
            f"|{name} 的数据库无法使用：{error.__cause__ or error}"
        )


async def _require_current(name: str, url: str) -> None:
    database = Database(url, application=f"redress {name}", pool_size=1)
    try:
        current = await is_current(database, name)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        fail(f"the database of {name} does not answer: {error}|{name} 的数据库没有应答：{error}")
    finally:
        await database.close()
    if not current:
        fail(
            f"the database of {name} is not up to date; run: redress migrate {name}"
            f"|{name} 的数据库结构不是最新；请运行：redress migrate {name}"
        )
