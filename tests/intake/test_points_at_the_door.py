"""The points of risk and of priority as a contact gets them: each part once with them, without them, with other policy."""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from shared.events.vocabulary import PromiseKind
from tests.builders import now, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted
from .journey import broken, promised

C1 = {"external_id": "c1"}
MEDIA = {"text": "I will tell a journalist"}
OLD = timedelta(hours=73)
"""Resolved so long ago that the same matter is a complaint of its own again (REP-4)."""


def policy(change: str = "") -> str:
    """One without sensitive periods, so that scores are the same on every day."""
    return f"[intake]\nversion='t'\n[intake.priority]\nsensitive=[]\n{change}"


async def say_again(intake: ServiceUnderTest, promises: int = 0) -> dict[str, Any]:
    """A complaint that repeats one whose first so many promises were broken."""
    first = UUID((await accepted(intake, customer=C1))["complaint_id"])
    made = promised(first, *tuple(PromiseKind)[:3])
    await intake.hears(made, *(broken(made, which) for which in range(promises)))
    await intake.hears(resolved(first, resolved_at=now() - OLD))
    return await accepted(intake, customer=C1)


class Threat(NamedTuple):
    """What a contact says, the points it gives and why, and a policy by which it gives others."""

    fields: dict[str, Any]
    points: int
    reason: str
    change: str
    then: int


@pytest.mark.parametrize(
    "threat",
    [
        Threat(MEDIA, 30, "MEDIA_THREAT", "tags.MEDIA_THREAT=7", 7),
        Threat({"text": "我要向工信部反映"}, 30, "REGULATOR_THREAT", "tags.REGULATOR_THREAT=8", 8),
        Threat({"text": "my lawyer will write"}, 20, "LAWYER_THREAT", "tags.LAWYER_THREAT=9", 9),
        Threat({"motives": ["REVENGE"]}, 20, "REVENGE", "motives.REVENGE=6", 6),
        Threat({"text": "you promised to ring me"}, 15, "PROMISES_BROKEN", "broken_promise=5", 5),
    ],
)
async def test_risk_score_each_threat_gives_its_points_and_they_are_policy(
    start_service: StartService, threat: Threat
) -> None:
    intake = await start_service("intake", policy())
    found = await accepted(intake, **threat.fields)
    assert (found["risk_score"], found["risk_reasons"]) == (threat.points, [threat.reason])
    harmless = await accepted(intake, text="this is about an invoice", motives=["RESPECT"])
    assert (harmless["risk_score"], harmless["risk_reasons"]) == (0, [])
    changed = await start_service("intake", policy(f"[intake.risk]\n{threat.change}"))
    assert (await accepted(changed, **threat.fields))["risk_score"] == threat.then


@pytest.mark.parametrize(
    ("promises", "change", "points", "reasons"),
    [
        (0, "", 15, ["REPEATED"]),
        (2, "", 45, ["PROMISES_BROKEN", "REPEATED"]),
        (2, "repeat=0", 30, ["PROMISES_BROKEN"]),
        (2, "broken_promise=1", 17, ["PROMISES_BROKEN", "REPEATED"]),
        (2, "highest=40", 40, ["PROMISES_BROKEN", "REPEATED"]),
    ],
)
async def test_risk_score_every_broken_promise_and_every_repetition_counts_up_to_the_highest(
    start_service: StartService, promises: int, change: str, points: int, reasons: list[str]
) -> None:
    intake = await start_service("intake", policy(f"[intake.risk]\n{change}"))
    again = await say_again(intake, promises)
    assert (again["risk_score"], again["risk_reasons"]) == (points, reasons)


@pytest.mark.parametrize(
    ("customer", "score", "change", "then"),
    [
        ({}, "22.0", "weight.severity=50", "26.0"),
        ({}, "22.0", "severity.S3=0.5", "26.0"),
        ({}, "22.0", "weight.grade=40", "28.0"),
        (C1 | {"grade": "V"}, "30.0", "grade.V=1.0", "36.0"),
        (C1 | {"grade": "K"}, "36.0", "grade.K=0.5", "26.0"),
    ],
)
async def test_priority_score_severity_and_grade_weigh_what_policy_says(
    start_service: StartService, customer: dict[str, Any], score: str, change: str, then: str
) -> None:
    for numbers, expected in (("", score), (change, then)):
        intake = await start_service("intake", policy(numbers))
        assert (await accepted(intake, customer=customer))["priority"] == expected


@pytest.mark.parametrize(
    ("change", "score"),
    [("", "38.8"), ("weight.repeat=40", "48.8"), ("most_repeats=2", "45.5"), ("weight.risk=0", "37.3")],
)
async def test_priority_score_repetition_and_risk_weigh_what_policy_says(
    start_service: StartService, change: str, score: str
) -> None:
    intake = await start_service("intake", policy(change))
    assert (await say_again(intake))["priority"] == score


@pytest.mark.parametrize(
    ("text", "change", "found"),
    [
        ("I will tell a journalist", "", "P3"),
        ("I will tell a journalist", "classes.P3=38", "P4"),
        ("I will tell a journalist", "classes.P2=37", "P2"),
        ("I will tell a journalist", "classes.P1=37", "P1"),
        ("my bill is wrong", "", "P4"),
        ("the pole is on fire", "", "P1"),
        ("the pole is on fire", "severity.S1=0.1", "P1"),
    ],
)
async def test_priority_score_classes_are_policy_and_sev_1_is_always_p1(
    start_service: StartService, text: str, change: str, found: str
) -> None:
    intake = await start_service("intake", policy(change))
    assert (await accepted(intake, text=text))["priority_class"] == found


@pytest.mark.parametrize(("points", "score"), [("", "32.0"), ("sensitive_points=3", "25.0")])
async def test_of_10_a_sensitive_period_adds_points_and_both_are_policy(
    start_service: StartService, points: str, score: str
) -> None:
    whole_year = policy(points).replace("sensitive=[]", "sensitive=[{first=[1, 1], last=[12, 31]}]")
    assert (await accepted(await start_service("intake", whole_year)))["priority"] == score
    assert (await accepted(await start_service("intake", policy(points))))["priority"] == "22.0"
