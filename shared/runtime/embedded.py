"""Runs PostgreSQL 18 for one data folder: it recovers from any kill, has one owner, and lets nobody else in.

It listens on a Unix socket in a private folder only, and the kernel vouches for who connects (`peer`): there
is no port to clash and no password to leak.
"""

import asyncio
import atexit
import os
import threading
import time
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote

import asyncpg

from shared.runtime.embedded_binaries import find_binaries
from shared.runtime.embedded_cluster import (
    ROLE,
    create_data,
    remove_stale_files,
    server_command,
    take_over,
    telling_line,
)
from shared.runtime.embedded_home import (
    OWNER_LOCK,
    SYSTEM_FOLDER,
    EmbeddedPostgresError,
    Home,
    find_home,
    has_private_sockets,
    prepare_home,
    reason,
    remove_sockets,
)
from shared.runtime.embedded_leftovers import AT_ONCE, took_effect, with_patience
from shared.runtime.embedded_process import ServerProcess, bound_log, try_lock

__all__ = ["AlreadyRunningError", "EmbeddedPostgres", "EmbeddedPostgresError", "NotRunningError"]

StopMode = Literal["fast", "immediate"]
Result = TypeVar("Result")
ATTACH_SECONDS = 15.0


class AlreadyRunningError(EmbeddedPostgresError):
    """Another living owner has the server of this data folder."""


class NotRunningError(EmbeddedPostgresError):
    """No server answers for this data folder."""


class EmbeddedPostgres:
    """One PostgreSQL server for one data folder.

    `start` makes this object its owner; `attach` only finds a server that another process owns. Everything
    here blocks: inside an event loop, call it through `asyncio.to_thread`. `durable=False` is for tests whose
    data may be lost. `start_timeout` (seconds) bounds silence, not recovery: a server that says it is still
    starting up is waited for as long as it lives. `system_folder` is where the files lie when we are root and
    the user who runs PostgreSQL cannot reach `folder`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = True,
        start_timeout: float = 30.0,
        stop_timeout: float = 30.0,
        system_folder: Path = SYSTEM_FOLDER,
    ) -> None:
        self.folder = Path(folder)
        self._durable = durable
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._system_folder = system_folder
        self._home: Home | None = None
        self._owner_lock: int | None = None
        self._owner_pid = 0
        self._process: ServerProcess | None = None

    @classmethod
    def attach(cls, folder: Path) -> Self:
        """The running server of `folder`, which somebody else owns; NotRunningError if none answers."""
        found = cls(folder)
        home = found._home = find_home(found.folder)
        if not has_private_sockets(home):
            raise NotRunningError(
                f"no Redress database is running in {folder}|{folder} 中没有运行的 Redress 数据库"
            )
        if (refusal := _in_own_loop(_ask(home.sockets, ATTACH_SECONDS))) is not None:
            raise NotRunningError(
                f"no Redress database is running in {folder}: {_say(refusal)}"
                f"|{folder} 中没有运行的 Redress 数据库：{_say(refusal)}"
            )
        return found

    @property
    def owned(self) -> bool:
        """Whether this object started the server and has to stop it."""
        return self._owner_lock is not None

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        if self._process is None:
            raise NotRunningError(
                f"the database of {self.folder} was not started here|{self.folder} 的数据库不是在此启动的"
            )
        return self._process.pid

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self._known_home().data

    @property
    def log(self) -> Path:
        """PostgreSQL's log: about 10 MB at most, and the 10 MB before in a `.1` beside it."""
        return self._known_home().log

    def start(self) -> None:
        """Create the server's files if there are none, start it, and return when it answers."""
        if self.owned:
            raise AlreadyRunningError(
                f"the database of {self.folder} is already started here|{self.folder} 的数据库已在此启动"
            )
        home = self._home = prepare_home(self.folder, self._system_folder)
        try:
            self._become_owner(home)
            self._start_server(home)
        except BaseException:
            self._give_up_ownership()
            raise
        atexit.register(self.stop)

    def stop(self, mode: StopMode = "fast") -> None:
        """Shut the server down and give up ownership; does nothing if it was not started here.

        `immediate` leaves the next start to recover, as after a crash; a `fast` stop of a server that is just
        recovering, or that takes longer than `stop_timeout` seconds, becomes one.
        """
        if not self.owned or self._owner_pid != os.getpid():  # a fork of the owner is not the owner
            return
        atexit.unregister(self.stop)
        try:
            self._stop_server(mode)
            remove_sockets(self._known_home())
        finally:
            self._give_up_ownership()

    def restart(self, mode: StopMode = "fast") -> None:
        """Stop and start again without giving up ownership; also after the server itself was killed."""
        if not self.owned:
            raise NotRunningError(
                f"the database of {self.folder} was not started here|{self.folder} 的数据库不是在此启动的"
            )
        self._stop_server(mode)
        self._start_server(self._known_home())

    def url(self, database: str) -> str:
        """The SQLAlchemy address of a database; without `+asyncpg` it serves asyncpg and psql too."""
        return f"postgresql+asyncpg://{ROLE}@/{quote(database, safe='')}?host={self._known_home().sockets}"

    def ensure_databases(self, names: Iterable[str]) -> None:
        """Create the databases that do not exist yet."""
        _in_own_loop(_create_missing(self._known_home().sockets, list(names)))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _known_home(self) -> Home:
        if self._home is None:
            raise NotRunningError(
                f"the database of {self.folder} was not started yet|{self.folder} 的数据库尚未启动"
            )
        return self._home

    def _become_owner(self, home: Home) -> None:
        path = home.folder / OWNER_LOCK
        with _one_line_errors(self.folder):
            lock = try_lock(path)
            if lock is None:
                owner = path.read_text().strip() or "unknown"
                raise AlreadyRunningError(
                    f"{self.folder} is in use by another running Redress (process {owner})"
                    f"|{self.folder} 正由另一个运行中的 Redress 使用（进程 {owner}）"
                )
            self._owner_lock = lock
            self._owner_pid = os.getpid()
            os.ftruncate(lock, 0)
            os.write(lock, f"{os.getpid()}\n".encode())

    def _give_up_ownership(self) -> None:
        if self._owner_lock is not None:
            os.close(self._owner_lock)
        self._owner_lock = None

    def _start_server(self, home: Home) -> None:
        with _one_line_errors(self.folder):
            binaries = find_binaries(home.account, self._system_folder)
            lock = take_over(home)
            try:
                remove_stale_files(home)
                create_data(home, binaries, lock, durable=self._durable)
                command = server_command(home, binaries, durable=self._durable)
                bound_log(home.log)
                process = self._process = ServerProcess(command, home.account, lock, home.log)
            finally:
                os.close(lock)  # from here on postgres and its children alone hold it
            try:
                _in_own_loop(self._until_it_answers(process, home))
            except BaseException:
                self._stop_server("immediate")
                raise

    def _stop_server(self, mode: StopMode) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        steps = with_patience(self._stop_timeout) if mode == "fast" else AT_ONCE
        if not took_effect(process, self._known_home().data, steps):
            raise EmbeddedPostgresError(
                f"PostgreSQL (process {process.pid}) does not end|PostgreSQL（进程 {process.pid}）没有结束"
            )

    async def _until_it_answers(self, process: ServerProcess, home: Home) -> None:
        deadline = time.monotonic() + self._start_timeout
        pause = 0.01
        while (refusal := await _ask(home.sockets)) is not None:
            if process.exit_code is not None:
                words = telling_line(_new_lines(home.log, process.log_start), process.exit_code)
                raise EmbeddedPostgresError(f"PostgreSQL did not start: {words}|PostgreSQL 没有启动：{words}")
            if isinstance(refusal, asyncpg.InvalidAuthorizationSpecificationError):
                raise EmbeddedPostgresError(
                    f"PostgreSQL started but refuses us: {_say(refusal)}"
                    f"|PostgreSQL 已启动但拒绝连接：{_say(refusal)}"
                )
            if isinstance(refusal, asyncpg.CannotConnectNowError):  # it says that it is starting up
                deadline = time.monotonic() + self._start_timeout
            if time.monotonic() > deadline:
                seconds, said = f"{self._start_timeout:g}", _say(refusal)
                raise EmbeddedPostgresError(
                    f"PostgreSQL did not answer within {seconds} s: {said}"
                    f"|PostgreSQL 在 {seconds} 秒内没有应答：{said}"
                )
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, 0.25)


@contextmanager
def _one_line_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EmbeddedPostgresError(
            f"cannot start the database in {folder}: {reason(error)}"
            f"|无法启动 {folder} 中的数据库：{reason(error)}"
        ) from error


async def _connect(sockets: Path, seconds: float) -> "asyncpg.Connection[Any]":
    return await asyncpg.connect(
        host=str(sockets), port=5432, user=ROLE, database="postgres", ssl=False, timeout=seconds
    )


async def _ask(sockets: Path, seconds: float = 5.0) -> Exception | None:
    """None if the server answers, else why it does not."""
    try:
        connection = await _connect(sockets, seconds)
        await connection.close(timeout=seconds)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        return error
    return None


async def _create_missing(sockets: Path, names: list[str]) -> None:
    connection = await _connect(sockets, ATTACH_SECONDS)
    try:
        existing = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for name in names:
            if name in existing:
                continue
            quoted = '"' + name.replace('"', '""') + '"'
            try:
                await connection.execute(f"CREATE DATABASE {quoted}")
            except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                continue  # somebody else created it meanwhile
    finally:
        await connection.close()


def _in_own_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end on a loop of its own, in a thread if this one already runs a loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    results: list[Result] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(asyncio.run(work))
        except BaseException as failure:  # noqa: BLE001 - raised again below
            failures.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]


def _new_lines(log: Path, start: int) -> str:
    try:
        with log.open("rb") as file:
            file.seek(start)
            return file.read(100_000).decode(errors="replace")
    except OSError as error:
        return reason(error)


def _say(error: Exception) -> str:
    return reason(error) if isinstance(error, OSError) else str(error)
