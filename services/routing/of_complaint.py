"""What is kept about one complaint, in pages by id."""

from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.runtime.dependencies import Work
from shared.runtime.paging import FIRST, read_page

_MOST = 1000


class OfComplaint:
    """The rows of a table that are about one complaint, the oldest first."""

    def __init__(self, table: str, key: str) -> None:
        self._key = key
        self._page = Statement(
            f"SELECT * FROM {table} WHERE complaint_id = :complaint_id AND {key} > :after"  # noqa: S608 - names of our own
            f" ORDER BY {key} LIMIT :limit"
        )

    async def page(self, work: Work, complaint_id: UUID, after: UUID | None, limit: int) -> dict[str, Any]:
        """One page of them."""
        return await read_page(work, self._page, self._key, after, limit, complaint_id=complaint_id)

    async def all(self, work: Work, complaint_id: UUID) -> dict[str, Any]:
        """As many as one page can hold."""
        return await self.page(work, complaint_id, FIRST, _MOST)
