"""Loads who owns complaints and who leads them, as routing told it last."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction

_ABOVE = Statement(
    "SELECT complaint_id, owner_id, lead_id FROM complaint WHERE complaint_id = ANY (CAST(:ids AS uuid[]))"
)


class Above(NamedTuple):
    """Who answers for a complaint and who is above them; None while routing has not told."""

    owner_id: str | None
    lead_id: str | None


async def load_above(tx: Transaction, complaints: Iterable[UUID]) -> Mapping[UUID, Above]:
    """By complaint."""
    rows = await tx.fetch(_ABOVE, {"ids": list(complaints)})
    return {row[0]: Above(row[1], row[2]) for row in rows}
