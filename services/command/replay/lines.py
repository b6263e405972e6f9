"""Counts the lines of a file, and does not let one of them fill the memory."""

from io import TextIOBase

from .replay_error import ReplayError

LONGEST_LINE = 16 * 1024 * 1024


class LineTooLongError(Exception):
    """Nobody writes such lines."""


class Lines:
    """The lines of a file, counted. Raises LineTooLongError for one that is, and goes on after it."""

    def __init__(self, stream: TextIOBase) -> None:
        self._stream = stream
        self.count = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        self.count += 1
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            while (rest := self._read()) and rest[-1] not in "\r\n":
                pass
            raise LineTooLongError
        return line

    def _read(self) -> str:
        try:
            return self._stream.readline(LONGEST_LINE)
        except (OSError, UnicodeError) as error:
            raise ReplayError(
                f"the file cannot be read beyond line {self.count}: {error}"
                f"|第 {self.count} 行之后无法读取：{error}"
            ) from error
