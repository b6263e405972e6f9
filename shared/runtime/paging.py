"""Lists in pages: ids in order, `next` leads on, and a page that is not full is the last."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork

After = Annotated[UUID | None, Query(description="the last id of the page before")]
Limit = Annotated[int, Query(ge=1, le=1000, description="how many at most")]

FIRST = UUID(int=0)


async def read_page(
    work: UnitOfWork, statement: Statement, key: str, after: UUID | None, limit: int, **values: Any
) -> dict[str, Any]:
    """One page of `statement`, as {"items": […], "next": id or null}.

    The statement selects ids above `:after`, in order of the column `key`, and at most `:limit` of them.
    """
    rows = await work.fetch(statement, {"after": after or FIRST, "limit": limit, **values})
    return {"items": [dict(row) for row in rows], "next": rows[-1][key] if len(rows) == limit else None}
