"""`redress train-categories`: makes a model from labelled complaints, in a file or in intake's own history."""

import asyncio
import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import asyncpg

from services.intake.category_model import LONGEST, ModelError
from services.intake.train_categories import MOST, Labelled, Report, train
from shared.bus.database import Database
from shared.bus.statement import Statement

from .data_folder import attach_data_folder
from .failure import fail, say

_HISTORY = Statement(
    """
    SELECT left(contact.text, :longest) AS text, complaint.category
    FROM complaint JOIN contact ON contact.contact_id = complaint.first_contact_id
    WHERE complaint.category IS NOT NULL ORDER BY complaint.complaint_id DESC LIMIT :most
    """
)


def run_training(out: Path, file: Path | None, database: str | None, data: Path) -> None:
    """Write the model to `out`, and print how good it is."""
    try:
        rows = list(_from_csv(file)) if file else asyncio.run(_history_of(database, data))
        model, report = train(rows, datetime.now(UTC))
        model.save(out)
    except ModelError as error:
        fail(str(error))
    except OSError as error:
        fail(
            f"{error.filename or out} cannot be used: {error.strerror or error}"
            f"|无法使用 {error.filename or out}：{error.strerror or error}"
        )
    for line in told(report):
        say(line)
    say(
        f"written: {out}; REDRESS_CATEGORY_MODEL={out} lets intake suggest by it"
        f"|已写入：{out}；设置 REDRESS_CATEGORY_MODEL={out} 后 intake 据此建议分类"
    )


def told(report: Report) -> Iterator[str]:
    """The report as lines "English|中文"."""
    yield (
        f"model {report.version}: {report.categories} categories from {report.rows} texts"
        f"|模型 {report.version}：由 {report.rows} 条文本得出 {report.categories} 个分类"
    )
    yield f"left out for too few texts: {report.left_out}|文本过少而未学习：{report.left_out}"
    yield (
        f"right on {report.accuracy:.0%} of {report.kept_aside} texts that were kept aside"
        f"|留作检验的 {report.kept_aside} 条文本中 {report.accuracy:.0%} 判断正确"
    )
    yield "precision  recall  kept aside  category|   精确率  召回率    检验条数  分类"
    for one in report.measures:
        yield f"{_figure(one.precision):>9}  {_figure(one.recall):>6}  {one.rows:>10}  {one.category}"


def _figure(share: float | None) -> str:
    return "–" if share is None else f"{share:.2f}"


def _from_csv(file: Path) -> Iterator[Labelled]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        try:
            reader = csv.DictReader(lines)
            if not {"text", "category"} <= set(reader.fieldnames or ()):
                raise ModelError(
                    f"{file}: the first line must name columns text and category"
                    f"|{file}：首行必须含列名 text 和 category"
                )
            for row in islice(reader, MOST):
                yield Labelled(row["text"] or "", row["category"] or "")
        except (csv.Error, UnicodeDecodeError) as error:
            raise ModelError(f"{file}: is no CSV in UTF-8|{file}：不是 UTF-8 的 CSV") from error


async def _history_of(url: str | None, data: Path) -> list[Labelled]:
    if url:
        return await _history(url)
    with attach_data_folder(data) as folder:
        return await _history(folder.database_url("intake"))


async def _history(url: str) -> list[Labelled]:
    database = Database(url, application="redress train-categories", pool_size=1)
    try:
        rows = await database.fetch(_HISTORY, {"longest": LONGEST, "most": MOST})
        return [Labelled(*row) for row in rows]
    except (asyncpg.PostgresError, OSError, TimeoutError) as error:
        raise ModelError(
            f"the database of intake cannot be read: {type(error).__name__}"
            f"|无法读取 intake 的数据库：{type(error).__name__}"
        ) from error
    finally:
        await database.close()
