"""The folder that holds everything of an installation on one machine: databases, keys, messages, addresses."""

import base64
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shared.runtime.embedded import EmbeddedPostgres, EmbeddedPostgresError

from .failure import fail
from .registry import SERVICES

LOG_DATABASE = "event_log"


class DataFolder:
    """A data folder whose PostgreSQL runs."""

    def __init__(self, path: Path, server: EmbeddedPostgres) -> None:
        self.path = path
        self._server = server

    def database_url(self, name: str) -> str:
        """The address of a service's database, or of the event log's."""
        return self._server.url(name)

    def sealing_keys(self) -> str:
        """The installation's sealing keys, made on first use and readable by its owner only."""
        path = self.path / "sealing.keys"
        if not path.exists():
            key = f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(key + "\n")
        return path.read_text(encoding="ascii").strip()

    def write_addresses(self, addresses: Mapping[str, str]) -> None:
        """Leave word of where each service answers, for the other commands."""
        (self.path / "addresses.json").write_text(
            json.dumps(dict(addresses), indent=2) + "\n", encoding="utf-8"
        )


@contextmanager
def open_data_folder(path: Path) -> Iterator[DataFolder]:
    """Start the folder's PostgreSQL with all databases; stop it on leaving. Fails in one line."""
    server = EmbeddedPostgres(path / "postgres")
    try:
        path.mkdir(parents=True, exist_ok=True)
        server.start()
        server.ensure_databases([*SERVICES, LOG_DATABASE])
    except EmbeddedPostgresError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{path} cannot be used: {error.strerror}|无法使用 {path}：{error.strerror}")
    try:
        yield DataFolder(path, server)
    finally:
        server.stop()


@contextmanager
def attach_data_folder(path: Path) -> Iterator[DataFolder]:
    """Use the databases of a folder whose owner runs. Fails in one line."""
    try:
        yield DataFolder(path, EmbeddedPostgres.attach(path / "postgres"))
    except EmbeddedPostgresError as error:
        fail(str(error))
