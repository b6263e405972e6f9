"""Decides which standard answers (统一口径) fit a complaint, and who may approve one."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from .directory import closest_first
from .policy import KnowledgePolicy


class AnswerStatus(StrEnum):
    """Only what is approved is used; of several approved versions the last."""

    DRAFT = "DRAFT"
    APPROVED = "APPROVED"
    WITHDRAWN = "WITHDRAWN"


class Entry(NamedTuple):
    """An approved text. category: what it is about with all that lies under it, None for anything."""

    id: str
    version: int
    category: str | None
    language: str


def fitting(entries: Iterable[Entry], category: str | None, language: str) -> list[Entry]:
    """Those in the customer's language that are about the category, the closest first and then by id."""
    places = {name: place for place, name in enumerate(closest_first(category))}
    anything = len(places)
    found = [
        (anything if entry.category is None else places[entry.category], entry)
        for entry in entries
        if entry.language == language and (entry.category is None or entry.category in places)
    ]
    return [entry for _, entry in sorted(found)]


def may_approve(writer: str, by: str, rank: int, policy: KnowledgePolicy) -> bool:
    """Two people see each text: who wrote it does not approve it, and whoever does has the rank for it."""
    return by != writer and rank >= policy.approve_from_rank
