"""How long 200 routing rules take for one complaint: its fields gathered, and every condition asked until the last."""

import random
from time import thread_time
from typing import Any
from zoneinfo import ZoneInfo

from services.routing.compiled_rules import CompiledRules, Rule
from services.routing.follow_rule import Route
from services.routing.rule_facts import facts_of
from shared.events.vocabulary import Grade, Severity, Tag
from tests.builders import complaint_received

from .stage import Stage

RULES = 200
ZONE = ZoneInfo("Asia/Shanghai")


async def rules(_stage: Stage, complaints: int = 2_000) -> dict[str, Any]:
    """Milliseconds of the processor per complaint. Half of the complaints match the last rule, half match none."""
    chance = random.Random(1)
    begin = thread_time()
    book = CompiledRules(1, [_rule(number) for number in range(RULES)])
    compiled = (thread_time() - begin) * 1000
    heard = [
        complaint_received(
            category=f"c{chance.randrange(50)}/x{RULES - 1 if number % 2 else 'y'}",
            severity=chance.choice(list(Severity)),
            grade=Grade.K,
            tags=(Tag.DANGER, Tag.MEDIA_THREAT),
            area=f"area {chance.randrange(30)}",
            risk_score=99,
        )
        for number in range(complaints)
    ]
    took, found = [], 0
    for event in heard:
        begin = thread_time()
        ruling = book.first(facts_of(event, 50.0, ZONE))
        took.append((thread_time() - begin) * 1000)
        found += ruling.rule is not None
    took.sort()
    return {
        "rules": RULES,
        "complaints": complaints,
        "matched": found,
        "expected": complaints // 2,
        "compile_ms": round(compiled, 1),
        "p50_ms": round(took[len(took) // 2], 3),
        "p99_ms": round(took[len(took) * 99 // 100], 3),
    }


def _rule(number: int) -> Rule:
    condition = (
        f'grade in ["K", "V"] and endsWith(category, "/x{number}") and risk_score > {number % 90} '
        'and ("MEDIA_THREAT" in tags or startsWith(area, "port"))'
    )
    return Rule(str(number), "rule", condition, True, Route("billing"))
