"""Decides whether two customers may be made one, and whether that may be undone."""

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Party(NamedTuple):
    """A customer who is to be merged."""

    customer_id: UUID
    external_id: str | None
    merged_into: UUID | None


class NoMerge(StrEnum):
    """Why it may not be done."""

    SAME = "SAME"
    ALREADY_MERGED = "ALREADY_MERGED"
    OTHER_IDS = "OTHER_IDS"
    UNDONE = "UNDONE"
    MERGED_SINCE = "MERGED_SINCE"


def may_merge(source: Party, target: Party, *, although_ids_differ: bool) -> NoMerge | None:
    """Two customers with ids of their own are two, unless somebody says that the operator has one twice."""
    if source.customer_id == target.customer_id:
        return NoMerge.SAME
    if source.merged_into or target.merged_into:
        return NoMerge.ALREADY_MERGED
    if source.external_id and target.external_id and not although_ids_differ:
        return NoMerge.OTHER_IDS
    return None


def may_undo(*, undone: bool, target_merged: bool) -> NoMerge | None:
    """A merge is undone once, and not while the customer it went to is merged into a third."""
    if undone:
        return NoMerge.UNDONE
    return NoMerge.MERGED_SINCE if target_merged else None
