"""Makes a model of categories from complaints that people have labelled, and says honestly how good it is.

A fifth of the texts is kept aside and only used to measure; which one it is depends on the text alone, so that the
same text is never on both sides.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from .category_model import CategoryModel, ModelError, learn

FEWEST, MOST = 10, 100_000
"""A category is learnt from so many different texts on; so many rows are looked at, the newest of a history."""


class Labelled(NamedTuple):
    """A text and the category that people gave it."""

    text: str
    category: str


class Measure(NamedTuple):
    """Of a category: kept aside, how many of those said to be of it were (precision), and how many were found (recall)."""

    category: str
    rows: int
    precision: float | None
    recall: float | None


class Report(NamedTuple):
    """left_out: rows of categories with too few texts. accuracy: share of the kept aside whose category was likeliest."""

    version: str
    rows: int
    left_out: int
    categories: int
    kept_aside: int
    accuracy: float
    measures: tuple[Measure, ...]


def train(rows: Iterable[Labelled], now: datetime) -> tuple[CategoryModel, Report]:
    """A model and how good it is. Raises ModelError if there is too little to learn from."""
    known = list(
        {row.text.strip(): row for row in rows if row.text.strip() and row.category.strip()}.values()
    )
    counts = Counter(row.category for row in known)
    enough = sorted(category for category, count in counts.items() if count >= FEWEST)
    if len(enough) < 2:
        raise ModelError(
            f"too little to learn from: {len(known)} labelled texts, {len(enough)} categories with {FEWEST} or more"
            f"|可学习的内容过少：{len(known)} 条已分类文本，其中 {len(enough)} 个分类不少于 {FEWEST} 条"
        )
    used = [row for row in known if row.category in set(enough)]
    aside = [row for row in used if _is_aside(row.text)]
    to_learn = [row for row in used if not _is_aside(row.text)]
    missing = sorted(set(enough) - {row.category for row in to_learn})
    if missing or not aside:
        raise ModelError(
            f"too little to learn from: nothing is left of {', '.join(missing) or 'any category'}"
            f"|可学习的内容过少：{'、'.join(missing) or '各分类'}没有剩余文本"
        )
    version = f"{now:%Y-%m-%d}-{_digest(used)}"
    about: dict[str, Any] = {"version": version, "made_at": now.isoformat(), "rows": len(used)}
    model = learn([row.text for row in to_learn], [row.category for row in to_learn], about)
    report = _measure(
        model, aside, Report(version, len(used), len(known) - len(used), len(enough), 0, 0.0, ())
    )
    about |= {"kept_aside": report.kept_aside, "accuracy": report.accuracy}
    return model, report


def _measure(model: CategoryModel, aside: Sequence[Labelled], report: Report) -> Report:
    told = [
        max(shares, key=lambda category: shares[category])
        for shares in model.probabilities([row.text for row in aside])
    ]
    pairs = Counter((row.category, said) for row, said in zip(aside, told, strict=True))
    measures = []
    for category in model.categories:
        right = pairs[category, category]
        said = sum(count for (_, one), count in pairs.items() if one == category)
        there = sum(count for (one, _), count in pairs.items() if one == category)
        measures.append(Measure(category, there, _share(right, said), _share(right, there)))
    right = sum(count for (one, other), count in pairs.items() if one == other)
    return report._replace(
        kept_aside=len(aside), accuracy=round(right / len(aside), 3), measures=tuple(measures)
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 2) if whole else None


def _is_aside(text: str) -> bool:
    return hashlib.sha256(text.strip().encode()).digest()[0] % 5 == 0


def _digest(rows: Sequence[Labelled]) -> str:
    told = sorted(f"{row.category}\x1f{row.text}" for row in rows)
    return hashlib.sha256("\x1e".join(told).encode()).hexdigest()[:8]
