"""Decides which of a customer's words about offers counts: the last, and of two at one time the refusal."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Word(NamedTuple):
    """What was recorded of a customer's consent to offers, and when."""

    customer_id: UUID
    marketing: bool
    said_at: datetime


def latest_words(words: Iterable[Word]) -> list[Word]:
    """OF-7: the last word of each customer, in the order of their ids; a refusal counts at once."""
    latest: dict[UUID, Word] = {}
    for word in words:
        known = latest.get(word.customer_id)
        if known is None or (word.said_at, known.marketing) > (known.said_at, word.marketing):
            latest[word.customer_id] = word
    return sorted(latest.values())
