"""Reads CSV bodies row by row; whatever is wrong with one is refused with its line."""

import csv
import io
from collections.abc import Iterator, Mapping

from fastapi import HTTPException, Request

from shared.runtime.errors import UnprocessableError

BODY = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
"""How an OpenAPI document describes such a body."""


async def read_text(request: Request) -> str:
    """The text of a CSV body. Raises UnprocessableError if it is no UTF-8, HTTPException if it is no CSV."""
    if not request.headers.get("content-type", "").lower().startswith("text/csv"):
        raise HTTPException(415)
    try:
        text = (await request.body()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnprocessableError("is no UTF-8 text", "不是 UTF-8 文本", field="body") from error
    if "\x00" in text:
        raise UnprocessableError("must not contain NUL characters", "不得包含 NUL 字符", field="body")
    return text


def rows(document: str, columns: Mapping[str, str], needed: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The number of each line that has anything, and its values by our names. Raises UnprocessableError.

    columns: our name of every column by each name it may have; others are left out. needed: must be among them.
    """
    reader = csv.reader(io.StringIO(document, newline=None), strict=False)
    try:
        names = [columns.get(name.strip()) for name in next(reader, [])]
        if needed not in names:
            known = ", ".join(columns)
            raise UnprocessableError(
                f"the first line must name columns of {known}", f"首行须为列名：{known}", field="body.1"
            )
        for values in reader:
            if any(value.strip() for value in values):
                given = {name: value.strip() for name, value in zip(names, values, strict=False) if name}
                yield reader.line_num, given
    except csv.Error as error:
        line = max(reader.line_num, 1)
        raise wrong("is no CSV", "不是 CSV", line, "") from error


def wrong(english: str, chinese: str, line: int, column: str) -> UnprocessableError:
    """The refusal of a value by line and column."""
    return UnprocessableError(
        f"line {line}: {english}", f"第 {line} 行：{chinese}", field=f"body.{line}.{column}".rstrip(".")
    )
