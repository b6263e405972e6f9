"""The rows that were not taken, each with its line and one of these reasons; never with what stands in it."""

import csv
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from .replay_error import ReplayError


class Reason(StrEnum):
    """Why a row was not taken."""

    UNDECODABLE = "UNDECODABLE"
    BAD_QUOTES = "BAD_QUOTES"
    BAD_JSON = "BAD_JSON"
    WRONG_COLUMN_COUNT = "WRONG_COLUMN_COUNT"
    WRONG_TYPE = "WRONG_TYPE"
    NUL_CHARACTER = "NUL_CHARACTER"
    EMPTY_TEXT = "EMPTY_TEXT"
    TOO_LONG = "TOO_LONG"
    UNKNOWN_CHANNEL = "UNKNOWN_CHANNEL"
    BAD_DATE = "BAD_DATE"
    NO_SUCH_TIME = "NO_SUCH_TIME"
    AMBIGUOUS_DATE = "AMBIGUOUS_DATE"
    AMBIGUOUS_TIME = "AMBIGUOUS_TIME"
    SAME_ID_OTHER_CONTENT = "SAME_ID_OTHER_CONTENT"
    REFUSES_OFFERS = "REFUSES_OFFERS"
    REFUSED_BY_INTAKE = "REFUSED_BY_INTAKE"
    FAILED_IN_INTAKE = "FAILED_IN_INTAKE"


_DETAILS = {
    Reason.UNDECODABLE: ("is not {encoding}", "不是 {encoding} 编码"),
    Reason.BAD_QUOTES: (
        "a quote is not closed or not followed by a delimiter; lines {first} to {last} were read as one row",
        "引号未闭合或引号后没有分隔符；第 {first} 至 {last} 行被读作一行记录",
    ),
    Reason.BAD_JSON: ("the line is no JSON object", "该行不是 JSON 对象"),
    Reason.WRONG_COLUMN_COUNT: ("has {found} columns, not {wanted}", "有 {found} 列，应为 {wanted} 列"),
    Reason.WRONG_TYPE: ("holds a list or an object, not a value", "是列表或对象，不是单个值"),
    Reason.NUL_CHARACTER: ("has a NUL character", "含有 NUL 字符"),
    Reason.EMPTY_TEXT: ("says nothing", "没有内容"),
    Reason.TOO_LONG: ("is too long; lines {first} to {last}", "过长；第 {first} 至 {last} 行"),
    Reason.UNKNOWN_CHANNEL: ("is no value that the mapping knows", "映射文件中没有这个值"),
    Reason.BAD_DATE: ("fits no format of the mapping", "不符合映射文件中的任何日期格式"),
    Reason.NO_SUCH_TIME: (
        "the clocks of {zone} skipped this time",
        "时区 {zone} 在夏令时切换时跳过了这个时间",
    ),
    Reason.AMBIGUOUS_DATE: ("two formats read it as different days", "两种日期格式读出不同的日期"),
    Reason.AMBIGUOUS_TIME: (
        "the clocks of {zone} showed this time twice",
        "时区 {zone} 在夏令时切换时出现了两次这个时间",
    ),
    Reason.SAME_ID_OTHER_CONTENT: (
        "an earlier row has the same id and says something else",
        "前面有一行编号相同但内容不同",
    ),
    Reason.REFUSES_OFFERS: (
        "only refuses offers, like STOP: intake kept that, and it is no complaint",
        "只是退订推荐：intake 已记下，不是投诉",
    ),
    Reason.REFUSED_BY_INTAKE: ("{message}", "{message}"),
    Reason.FAILED_IN_INTAKE: ("intake answered {status} {times} times", "intake {times} 次返回 {status}"),
}


class RejectError(Exception):
    """A row cannot be taken. column: where it is wrong; facts: told by the detail, never the row's text."""

    def __init__(self, reason: Reason, column: str | int = "", **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = str(column)
        self.facts = facts


class Reject(NamedTuple):
    """A row that was not taken; `line` is its first line, counted from 1."""

    line: int
    why: RejectError

    def detail(self, language: str) -> str:
        """The reason in words, in zh-CN or English."""
        english, chinese = _DETAILS[self.why.reason]
        return (chinese if language == "zh-CN" else english).format_map(self.why.facts)


class RejectsFile:
    """A CSV file with line, reason, column and detail; complete at every moment."""

    def __init__(self, path: Path, language: str) -> None:
        """Begin the file anew. Raises ReplayError where it cannot be written."""
        self.path = path
        self._language = language
        try:
            self._file = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise ReplayError(
                f"{path} cannot be written: {error.strerror}|无法写入 {path}：{error.strerror}"
            ) from error
        self._writer = csv.writer(self._file)
        self._write("line", "reason", "column", "detail")

    def add(self, reject: Reject) -> None:
        """Note one row. Raises ReplayError where the disk is full."""
        self._write(reject.line, reject.why.reason, reject.why.column, reject.detail(self._language))

    def _write(self, *cells: object) -> None:
        try:
            self._writer.writerow(cells)
            self._file.flush()
        except OSError as error:
            raise ReplayError(
                f"{self.path} cannot be written: {error.strerror}|无法写入 {self.path}：{error.strerror}"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
