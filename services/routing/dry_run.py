"""What a list of rules would do to the newest complaints, beside what the active one does; nothing is changed by it."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork

from .compiled_rules import CompiledRules, Ruling

_FACTS = Statement(
    """
    SELECT complaint_id, facts FROM rule_decision WHERE complaint_id < :before
    ORDER BY complaint_id DESC LIMIT :limit
    """
)
_AT_ONCE = 200
_SHOWN = 100
_LAST = UUID(int=2**128 - 1)


async def dry_run(work: UnitOfWork, tried: CompiledRules, active: CompiledRules, last: int) -> dict[str, Any]:
    """How many complaints each rule would get, and which complaints would go another way (100 of them at most)."""
    by_rule: Counter[str | None] = Counter()
    others: list[dict[str, Any]] = []
    seen = changed = 0
    before = _LAST
    while seen < last:
        rows = await work.fetch(_FACTS, {"before": before, "limit": min(_AT_ONCE, last - seen)})
        for complaint_id, facts in rows:
            then, now = tried.first(facts), active.first(facts)
            by_rule[then.rule] += 1
            if then.route != now.route:
                changed += 1
                if len(others) < _SHOWN:
                    others.append({"complaint_id": complaint_id, "now": _shown(now), "then": _shown(then)})
        if not rows:
            break
        seen, before = seen + len(rows), rows[-1]["complaint_id"]
        await asyncio.sleep(0)  # other requests have their turn
    matched = [{"rule": rule, "complaints": count} for rule, count in by_rule.most_common() if rule]
    return {
        "version": tried.version,
        "active": active.version,
        "complaints": seen,
        "by_rule": matched,
        "no_rule": by_rule[None],
        "would_change": changed,
        "changes": others,
    }


def _shown(ruling: Ruling) -> dict[str, Any]:
    return {"rule": ruling.rule} | ruling.route._asdict()
