"""A stand-in for a provider: appends each letter as a line of JSON to a file per day, readable by us only."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from shared.runtime.settings import SettingsError

from .judge_outcome import Fate, Outcome
from .sender import Letter


class FileSender:
    """Writes letters into `folder`, one write per line, so that several processes may share a file."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        """Raises SettingsError if the folder cannot be made or written to."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise SettingsError(f"outbound_folder: {folder}: {error.strerror}") from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise SettingsError(f"outbound_folder: {folder} is not writable")
        self._folder = folder
        self._day = ""
        self._file = -1
        self._torn = False

    async def hand_over(self, letter: Letter) -> Outcome:
        """TAKEN once the line is written; NOT_TAKEN if nothing was, UNCLEAR if only a part."""
        line = json.dumps(letter._asdict() | {"intent_id": str(letter.intent_id)}, ensure_ascii=False)
        data = ("\n" if self._torn else "") + line + "\n"
        try:
            written = self._write(data.encode("utf-8", "replace"))
        except OSError as error:
            return Outcome(Fate.NOT_TAKEN, f"file_{error.errno}")
        self._torn = not written
        return (
            Outcome(Fate.TAKEN, f"{self._day}:{letter.intent_id}")
            if written
            else Outcome(Fate.UNCLEAR, "torn")
        )

    async def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
        self._day, self._file = "", -1

    def _write(self, data: bytes) -> bool:
        day = datetime.now(UTC).date().isoformat()
        if day != self._day:
            path = self._folder / f"messages-{day}.jsonl"
            opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            if self._file >= 0:
                os.close(self._file)
            self._day, self._file = day, opened
        return os.write(self._file, data) == len(data)
