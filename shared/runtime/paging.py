"""Lists in pages: ids in order, `next` leads on, and a page that is not full is the last."""

from collections.abc import Mapping
from itertools import combinations
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


class Listing:
    """Rows of a table in pages, with optional filters.

    conditions: SQL by filter, with the filter's name as its parameter. There is one statement per combination, so
    that the planner can take the index that fits.
    """

    def __init__(self, columns: str, table: str, key: str, conditions: Mapping[str, str]) -> None:
        self._key = key
        self._conditions = conditions
        self._pages = {
            some: Statement(
                f"SELECT {columns} FROM {table} WHERE {''.join(f'{conditions[name]} AND ' for name in some)}"  # noqa: S608 - the caller's constants
                f"{key} > :after ORDER BY {key} LIMIT :limit"
            )
            for count in range(len(conditions) + 1)
            for some in combinations(conditions, count)
        }

    async def read(self, work: UnitOfWork, after: UUID | None, limit: int, **given: Any) -> dict[str, Any]:
        """One page of the rows that fit all filters given; None is no filter."""
        wanted = {name: given[name] for name in self._conditions if given[name] is not None}
        return await read_page(work, self._pages[tuple(wanted)], self._key, after, limit, **wanted)
