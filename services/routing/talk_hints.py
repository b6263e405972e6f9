"""Decides how to talk to a customer, by what moves them to complain."""

from collections.abc import Collection
from typing import NamedTuple

from shared.events.vocabulary import Motive

from .policy import TalkPolicy


class Hint(NamedTuple):
    """What helps with one motive, in both languages."""

    motive: Motive
    chinese: str
    english: str


class Talk(NamedTuple):
    """How to talk: `written_only` where no word should be said that is not written, from_rank: who at least."""

    written_only: bool
    from_rank: int
    hints: tuple[Hint, ...]


def talk(motives: Collection[Motive], policy: TalkPolicy) -> Talk:
    """The hints for these motives, the strictest first: of several, the most careful channel and the highest rank."""
    styles = [(policy.styles[motive], motive) for motive in Motive if motive in motives]
    styles.sort(key=lambda found: (not found[0].written_only, -found[0].from_rank))
    return Talk(
        any(style.written_only for style, _ in styles),
        max((style.from_rank for style, _ in styles), default=1),
        tuple(Hint(motive, style.chinese, style.english) for style, motive in styles),
    )
