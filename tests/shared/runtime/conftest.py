"""Folders for embedded servers, and a server in one."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.runtime.embedded import (
    EmbeddedPostgres,
)
from tests.postgres_fixture import temporary_folder

from .owning_servers import clear_away


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that does not exist yet, below one that every user can reach."""
    parent = temporary_folder("redress-embedded-")
    yield parent / "redress"
    clear_away(parent)


@pytest.fixture
def folder_on_disk() -> Iterator[Path]:
    """The same, never in memory."""
    parent = Path(os.path.realpath(tempfile.mkdtemp(prefix="redress-embedded-")))
    parent.chmod(0o711)
    yield parent / "redress"
    clear_away(parent)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(folder) as started:
        yield started
