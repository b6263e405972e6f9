"""Adds up what promises of the past would have been under another policy: in time, late, or not decided yet."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

MOST_EXAMPLES = 20


class Past(NamedTuple):
    """A promise of the past: when it was due, when it would have been due, and when it was done, None if not yet."""

    complaint_id: Any
    receipt_number: str | None
    kind: str
    policy_name: str
    due_at: datetime
    would_be_due_at: datetime
    done_at: datetime | None


class Verdicts:
    """Counts by kind and by the policy that would have been chosen; and those that would have been late only then."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._counts: dict[tuple[str, str], Counter[str]] = {}
        self._examples: list[tuple[float, Past]] = []

    def add(self, past: Past) -> None:
        """Count one promise."""
        done = past.done_at or self._now
        was, would_be = done > past.due_at, done > past.would_be_due_at
        for key in (("by_kind", past.kind), ("by_policy", past.policy_name)):
            counts = self._counts.setdefault(key, Counter())
            counts["promises"] += 1
            counts["not_done_yet"] += past.done_at is None
            counts["late"] += was
            counts["would_be_late"] += would_be
            counts["newly_late"] += would_be and not was
            counts["late_no_more"] += was and not would_be
            counts["due_earlier"] += past.would_be_due_at < past.due_at
            counts["due_later"] += past.would_be_due_at > past.due_at
        if would_be and not was:
            self._examples.append(((done - past.would_be_due_at).total_seconds(), past))
            if len(self._examples) > 2 * MOST_EXAMPLES:
                self._keep_the_latest()

    def told(self) -> dict[str, Any]:
        """What people are shown; the examples would have been late by most, in seconds."""
        self._keep_the_latest()
        names = (
            "promises",
            "not_done_yet",
            "late",
            "would_be_late",
            "newly_late",
            "late_no_more",
            "due_earlier",
            "due_later",
        )
        told: dict[str, Any] = {"by_kind": {}, "by_policy": {}}
        for (group, name), counts in sorted(self._counts.items()):
            told[group][name] = {figure: counts[figure] for figure in names}
        return told | {
            "newly_late": [
                {
                    "complaint_id": one.complaint_id,
                    "receipt_number": one.receipt_number,
                    "kind": one.kind,
                    "due_at": one.due_at,
                    "would_be_due_at": one.would_be_due_at,
                    "done_at": one.done_at,
                    "late_by": by,
                }
                for by, one in self._examples
            ]
        }

    def _keep_the_latest(self) -> None:
        self._examples.sort(key=lambda example: (-example[0], str(example[1].complaint_id), example[1].kind))
        del self._examples[MOST_EXAMPLES:]
