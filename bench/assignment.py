"""How long it takes to decide who gets a complaint among 10,000 members of staff: the rule alone, in processor time."""

import random
from datetime import UTC, datetime, time, timedelta
from time import thread_time
from typing import Any

from services.routing.assign_member import Load, Need, assign_member
from services.routing.at_work import Presence, Report, Shift
from services.routing.directory import Member, Team
from services.routing.policy import RoutingPolicy
from shared.events.vocabulary import Language
from shared.runtime.policy import load_policy

from .stage import Stage

STAFF = 10_000
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = Shift(frozenset({1, 2, 3, 4, 5}), time(9), time(18))


async def assignment(_stage: Stage, decisions: int = 2_000) -> dict[str, Any]:
    """Milliseconds of the processor for a decision, by the size of the department that serves the complaint."""
    sizes = (100, 400, 2_000, STAFF)
    return {"staff": STAFF, "departments_of": {str(size): _measure(size, decisions) for size in sizes}}


def _measure(size: int, decisions: int) -> dict[str, Any]:
    chance = random.Random(1)
    staff = [_member(number, chance) for number in range(STAFF)]
    loads = {member.id: _load(chance) for member in staff}
    departments = [Team(staff[first : first + size]) for first in range(0, STAFF, size)]
    policy = load_policy(RoutingPolicy, "routing").assignment
    took = []
    for _ in range(decisions):
        team = chance.choice(departments)
        need = Need(chance.choice(list(Language)), f"c{chance.randrange(20)}/x", NOW)
        begin = thread_time()
        found = assign_member(team, loads, need, policy)
        took.append((thread_time() - begin) * 1000)
        assert found is not None
        before = loads[found.member.id]
        loads[found.member.id] = before._replace(open=before.open + 1, customers=before.customers + 1)
    took.sort()
    return {
        "decisions": len(took),
        "p50_ms": round(took[len(took) // 2], 3),
        "p99_ms": round(took[len(took) * 99 // 100], 3),
    }


def _member(number: int, chance: random.Random) -> Member:
    skills = frozenset(f"c{chance.randrange(20)}" for _ in range(3))
    speaks = frozenset(chance.sample(list(Language), chance.randint(1, 2)))
    return Member(f"m{number}", f"m{number}", "d", speaks, skills=skills, max_open=40, shifts=(DAY,))


def _load(chance: random.Random) -> Load:
    report = None
    if chance.random() < 0.5:
        report = Report(chance.choice(list(Presence)), NOW + timedelta(minutes=chance.randint(-5, 15)))
    given = NOW - timedelta(seconds=chance.randrange(100_000))
    return Load(chance.randrange(45), given, chance.randrange(110), chance.randrange(450), report)
