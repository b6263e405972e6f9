"""Looks after parked events: list, show, retry, drop; on a data folder that runs, or on a service's database."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import typer

from shared.bus.database import Database
from shared.bus.dead_letters import DeadLetters, NoDeadLetterError
from shared.bus.headers import unpack
from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.runtime.logs import configure_logs

from .data_folder import attach_data_folder
from .failure import fail, say
from .registry import SERVICES

Databases = Mapping[str, str]

TRIED_AGAIN = ("will be tried again within a second", "将在一秒内重试")
GIVEN_UP = ("was given up; what waited goes on within a second", "已放弃；排在后面的将在一秒内继续")

_SHOW = Statement("SELECT * FROM held WHERE subject = :subject ORDER BY publisher, sequence")
_UNDECODABLE = Statement("SELECT topic, partition, log_offset, reason FROM undecodable ORDER BY parked_at")


@contextmanager
def databases(data: Path, service: str | None, url: str | None) -> Iterator[Databases]:
    """The databases to look into: one named by `url`, or those of a data folder."""
    if url:
        if not service:
            fail(
                "--database needs the service it belongs to: --service"
                "|--database 须与所属服务 --service 同用",
                2,
            )
        yield {service: url}
        return
    with attach_data_folder(data) as folder:
        yield {name: folder.database_url(name) for name in ([service] if service else SERVICES)}


def list_letters(found: Databases) -> None:
    """Print one line per parked event, and one per record that is no event."""

    async def one(name: str, work: UnitOfWork) -> None:
        for letter in await DeadLetters(work).list():
            place = f"{letter.publisher} {letter.sequence}"
            typer.echo(f"{name:<10} {letter.subject}  {place:<14} {letter.type}  {letter.reason}")
        for topic, partition, offset, reason in await work.fetch(_UNDECODABLE, {}):
            place = f"{name:<10} {topic}[{partition}]@{offset}"
            say(f"{place}  no event: {reason}|{place}  不是事件：{reason}")

    _each(found, one)


def show_letter(found: Databases, subject: str) -> None:
    """Print everything that waits for a subject as JSON lines, without the data, which may be somebody's."""

    async def one(name: str, work: UnitOfWork) -> None:
        for row in await work.fetch(_SHOW, {"subject": subject}):
            shown: dict[str, Any] = {
                key: value for key, value in row.items() if key not in {"headers", "value"}
            }
            shown |= {"service": name, "bytes": len(row["value"])}
            shown["headers"] = {
                key: value.decode("utf-8", "replace") for key, value in unpack(row["headers"])
            }
            typer.echo(json.dumps(shown, default=str, ensure_ascii=False))

    _each(found, one)


def retry_letter(found: Databases, subject: str) -> None:
    """Let the parked event of a subject be tried again, and all that waits behind it."""
    _change(found, subject, lambda letters: letters.retry(subject), TRIED_AGAIN)


def drop_letter(found: Databases, subject: str) -> None:
    """Give up the parked event of a subject; what waits behind it goes on."""
    _change(
        found,
        subject,
        lambda letters: letters.drop(subject),
        GIVEN_UP,
    )


def _change(
    found: Databases, subject: str, change: Callable[[DeadLetters], Awaitable[None]], words: tuple[str, str]
) -> None:
    changed = []

    async def one(name: str, work: UnitOfWork) -> None:
        try:
            await change(DeadLetters(work))
        except NoDeadLetterError:
            return
        changed.append(name)

    configure_logs("INFO")
    _each(found, one)
    if not changed:
        fail(f"nothing is parked for {subject}|{subject} 没有搁置的事件")
    english, chinese = words
    where = ", ".join(changed)
    say(f"{subject} {english} ({where})|{subject} {chinese}（{where}）")


def _each(found: Databases, work: Callable[[str, UnitOfWork], Awaitable[None]]) -> None:
    async def run() -> None:
        for name, url in found.items():
            database = Database(url, application="redress dead-letters", pool_size=1)
            try:
                await work(name, UnitOfWork(database))
            finally:
                await database.close()

    try:
        asyncio.run(run())
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        fail(f"a database cannot be used: {error}|有数据库无法使用：{error}")
