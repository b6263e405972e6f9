"""Decides what a message says: the text in the reader's language, a customer's with the owner's name."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.events.vocabulary import Language, Role

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LINK = "{link}"
"""Stands in a stored text where the link comes in at the hand-over: the link itself is not kept in clear."""


def render_text(template: str, signature: str, role: Role, facts: Mapping[str, str]) -> str:
    """Fill the placeholders of `template` from `facts`; a known owner's name is facts["owner"].

    FC-13: a customer's text carries the owner's name as soon as there is an owner, so the signature follows
    where the template does not name them.
    """
    filled = template.format_map({**facts, "link": LINK})
    if role is Role.CUSTOMER and facts.get("owner") and "{owner}" not in template:
        return add_sentences(filled, (signature.format_map(facts),))
    return filled


def add_sentences(text: str, sentences: Iterable[str]) -> str:
    """The text with these sentences after it, set apart as its language does."""
    for sentence in sentences:
        text += ("" if text.endswith("。") else " ") + sentence
    return text


def say_moment(moment: datetime, language: Language, zone: str, *, elsewhere: bool = False) -> str:
    """A moment to the minute in `zone`: 2026年11月23日 15:30, or 23 Nov 2026, 15:30 (UTC+08:00).

    elsewhere: the zone is not that of the installation, so that the offset is said in Chinese too (CAL-3).
    """
    local = moment.astimezone(ZoneInfo(zone))
    east = f"{local:%z}"
    offset = f"UTC{east[:3]}:{east[3:5]}"
    if language is Language.CHINESE:
        said = f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
        return f"{said}（{offset}）" if elsewhere else said
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} ({offset})"
