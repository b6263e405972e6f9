"""Lists in pages: ids in order, `next` leads on, and a page that is not full is the last."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import Select, Table
from sqlalchemy.ext.asyncio import AsyncConnection

After = Annotated[UUID | None, Query(description="the last id of the page before")]
Limit = Annotated[int, Query(ge=1, le=1000, description="how many at most")]


async def read_page(  # noqa: PLR0917 - a statement and its page
    connection: AsyncConnection,
    statement: Select[Any],
    table: Table,
    key: str,
    after: UUID | None,
    limit: int,
) -> dict[str, Any]:
    """One page of `statement`, ordered by the column `key` of `table`, as {"items": […], "next": id or null}."""
    column = table.c[key]
    if after is not None:
        statement = statement.where(column > after)
    rows: Sequence[Mapping[str, Any]] = (
        (await connection.execute(statement.order_by(column).limit(limit))).mappings().all()
    )
    return {"items": [dict(row) for row in rows], "next": rows[-1][key] if len(rows) == limit else None}
