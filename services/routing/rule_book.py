"""The rules of this moment: every version of the list that was saved, and the one that is active, ready in memory.

A saved version is never changed. Every activation is a new revision; a replica reads only what is newer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any

import structlog

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.vocabulary import Urgency
from shared.runtime.errors import ConflictError, NotFoundError

from .compiled_rules import CompiledRules, Rule
from .condition_words import ConditionError
from .follow_rule import Route
from .read_condition import read_condition
from .staff_list import FRESH_FOR

log = structlog.get_logger()

_NEWER = Statement(
    """
    SELECT activation.revision, activation.version, coalesce(list.rules, '[]') AS rules
    FROM rule_activation activation LEFT JOIN rule_list list USING (version)
    WHERE activation.revision > :known ORDER BY activation.revision DESC LIMIT 1
    """
)
_SAVE = Statement(
    """
    INSERT INTO rule_list (version, rules, note, saved_by, saved_at)
    SELECT coalesce(max(version), 0) + 1, CAST(:rules AS jsonb), CAST(:note AS text), CAST(:by AS text), now()
    FROM rule_list RETURNING version
    """
)
_READ = Statement("SELECT * FROM rule_list WHERE version = :version")
_NOW_AND_BEFORE = Statement("SELECT version FROM rule_activation ORDER BY revision DESC LIMIT 2")
_ACTIVATE = Statement(
    """
    INSERT INTO rule_activation (revision, version, activated_by, activated_at)
    SELECT coalesce(max(revision), 0) + 1, CAST(:version AS int), CAST(:by AS text), now() FROM rule_activation
    """
)
CHANGES = "rules"
"""The subject that is locked while rules are saved or activated, so that both are committed in their order."""


def compiled(version: int | None, stored: Iterable[Mapping[str, Any]]) -> CompiledRules:
    """A stored list, ready to be asked. A rule that this release cannot read any more stops none of the others."""
    return CompiledRules(version, list(_still_readable(stored)))


def _as_rule(stored: Mapping[str, Any]) -> Rule:
    """A rule as it is stored."""
    action = stored["action"]
    urgency = action.get("urgency")  # none in lists that were saved before rules could say it
    route = Route(
        *(action["department"], action["owner_group"], tuple(action["skills"]), action["priority"]),
        Urgency(urgency) if urgency else None,
    )
    return Rule(stored["id"], stored["name"], stored["condition"], stored["enabled"], route)


def _still_readable(stored: Iterable[Mapping[str, Any]]) -> Iterator[Rule]:
    for rule in map(_as_rule, stored):
        try:
            read_condition(rule.condition)
        except ConditionError:
            log.error("routing.rule_unreadable", rule=rule.id)  # noqa: TRY400 - a stack says nothing
        else:
            yield rule


class RuleBook:
    """What is known here of the active rules."""

    def __init__(self) -> None:
        self.active = CompiledRules()
        self._revision = 0
        self._read_at = float("-inf")

    async def keep_fresh(self, source: Transaction | UnitOfWork) -> None:
        """Take up what was activated, unless that was looked for within the last second."""
        now = monotonic()
        if now - self._read_at >= FRESH_FOR:
            self._read_at = now
            await self.refresh(source)

    async def refresh(self, source: Transaction | UnitOfWork) -> None:
        """Take up what was activated until now."""
        for row in await source.fetch(_NEWER, {"known": self._revision}):
            if row["revision"] > self._revision:  # another task may have been here
                self.active = compiled(row["version"], row["rules"])
                self._revision = row["revision"]

    async def save(
        self, work: UnitOfWork, rules: Sequence[Mapping[str, Any]], note: str | None, by: str
    ) -> int:
        """Keep this list as the next version; it is not active by that."""
        async with work.begin(CHANGES) as tx:
            [(version,)] = await tx.fetch(_SAVE, {"rules": list(rules), "note": note, "by": by})
        return int(version)

    async def activate(self, work: UnitOfWork, version: int, instead_of: int | None, by: str) -> None:
        """Let this version decide from now on. Raises NotFoundError, ConflictError if another one is active."""
        async with work.begin(CHANGES) as tx:
            await read_list(tx, version)
            await _must_be_active(tx, instead_of)
            await tx.fetch(_ACTIVATE, {"version": version, "by": by})
        await self.refresh(work)

    async def roll_back(self, work: UnitOfWork, instead_of: int | None, by: str) -> int | None:
        """Let the version decide that was active before; None if there was none. Raises ConflictError."""
        async with work.begin(CHANGES) as tx:
            before = await _must_be_active(tx, instead_of)
            if before == instead_of:
                raise ConflictError("there is nothing to go back to", "没有可回退的版本")
            await tx.fetch(_ACTIVATE, {"version": before, "by": by})
        await self.refresh(work)
        return before


async def read_list(source: Transaction | UnitOfWork, version: int) -> dict[str, Any]:
    """A version of the list as it was saved. Raises NotFoundError."""
    rows = await source.fetch(_READ, {"version": version})
    if not rows:
        raise NotFoundError("there is no such version of the rules", "没有此版本的规则")
    return dict(rows[0])


async def _must_be_active(tx: Transaction, version: int | None) -> int | None:
    """Raises ConflictError if another one is; returns what was active before."""
    rows = [row["version"] for row in await tx.fetch(_NOW_AND_BEFORE, {})]
    now, before, *_ = [*rows, None, None]
    if now != version:
        raise ConflictError(
            f"version {now or 'none'} is active meanwhile",
            f"当前生效的是版本 {now or '（无）'}",
            field="instead_of",
            extensions={"current": {"version": now}},
        )
    return before
