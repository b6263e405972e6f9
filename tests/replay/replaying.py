"""Files, mappings and replays for the tests of this folder."""

import csv
from pathlib import Path
from typing import Any

from services.command.replay.conservation import Place
from services.command.replay.mapping import Mapping, load_mapping
from services.command.replay.open_file import open_file
from services.command.replay.read_rows import read_rows
from services.command.replay.rejects import Reject
from services.command.replay.replay import Plan, replay
from services.command.replay.report import Report
from services.command.replay.row import Row

WEB = """
source = "letters"
[text]
columns = ["text"]
[contact]
id = "id"
[channel]
default = "web"
"""

WITHOUT_ID = WEB.replace('[contact]\nid = "id"\n', "")


def mapping_of(folder: Path, content: str) -> Mapping:
    """The mapping in a TOML text."""
    path = folder / "mapping.toml"
    path.write_text(content, encoding="utf-8")
    return load_mapping(path)


def file_of(folder: Path, content: str | bytes, name: str = "letters.csv") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(folder: Path, content: str | bytes, mapping: str = WEB) -> list[Row | Reject]:
    """What is read of a file."""
    path, chosen = file_of(folder, content), mapping_of(folder, mapping)
    with open_file(path, chosen) as file:
        return list(read_rows(file.lines, chosen, path.name))


async def replay_file(
    folder: Path, address: str, content: str | bytes, mapping: str = WEB, **plan: Any
) -> Report:
    """Replay a file with this content to one address that stands for all services."""
    usual: dict[str, Any] = {"addresses": dict.fromkeys(Place, address), "timeout": 0.3}
    chosen = Plan(
        file=file_of(folder, content),
        mapping=mapping_of(folder, mapping),
        rejects=folder / "rejects.csv",
        language="en",
        **(usual | plan),
    )
    return await replay(chosen)


def rejected_in(folder: Path) -> list[tuple[str, str, str]]:
    """Line, reason and column of each row in the rejects file."""
    with (folder / "rejects.csv").open(encoding="utf-8", newline="") as file:
        return [(row["line"], row["reason"], row["column"]) for row in csv.DictReader(file)]
