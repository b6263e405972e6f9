"""Conditions: what can be read is computed as it reads; what cannot is refused at the place where it goes wrong."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.compiled_rules import CompiledRules, Rule
from services.routing.condition_words import ConditionError
from services.routing.follow_rule import Route
from services.routing.read_condition import read_condition
from services.routing.rule_facts import facts_of
from services.routing.rule_fields import FIELDS, Kind
from shared.events.vocabulary import Motive, Tag
from tests.builders import complaint_received

FACTS = facts_of(
    complaint_received(category="billing/roaming", tags=(Tag.ABUSE,), motives=(Motive.VENT,), risk_score=30),
    40.0,
    ZoneInfo("Asia/Shanghai"),
)


def rules(*conditions: str) -> CompiledRules:
    """A list with one rule for each condition, called 0, 1, 2 …"""
    return CompiledRules(
        7,
        [Rule(str(n), "rule", condition, True, Route(priority=n)) for n, condition in enumerate(conditions)],
    )


def holds(condition: str, **facts: Any) -> bool:
    return rules(condition).first(FACTS | facts).rule is not None


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ('severity == "S3"', True),
        ("severity != 'S3'", False),
        ('grade in ["K", "V"] or risk_score >= 30', True),
        ('grade not in ["K", "V"] and not (risk_score < 30)', True),
        ('"ABUSE" in tags', True),
        ('"FRAUD" not in tags', True),
        ('"VENT" in motives and len(tags) == 1', True),
        ('startsWith(category, "billing/")', True),
        ('contains(lower("ROAMING"), "roam") and endsWith(category, "fees")', False),
        ("not abusive", True),
        ("abusive == true or is_fault", False),
        ("priority > 39.5 and priority <= 40", True),
        ("not abusive and is_fault or not is_fault", True),
        ('area == "浦东"', False),
        ("hour >= 0 and hour < 24 and weekday in [1, 2, 3, 4, 5, 6, 7]", True),
    ],
)
def test_a_condition_is_computed_as_it_reads(condition: str, true: bool) -> None:
    assert holds(condition) is true


@pytest.mark.parametrize(
    ("condition", "position"),
    [
        ("", 1),
        ("severity", 1),
        ('sev == "S1"', 1),
        ('severity = "S1"', 10),
        ('severity == "S1" && abusive', 18),
        ('severity == "S9"', 13),
        ('grade in ["K", "X"]', 16),
        ('"ANGRY" in tags', 1),
        ("abusive and", 12),
        ("abusive or or is_fault", 12),
        ("(abusive", 9),
        ("abusive)", 8),
        ("severity is_fault", 10),
        ('risk_score > "a"', 14),
        ('risk_score == "30"', 15),
        ("risk_score in [1..5]", 16),
        ('tags == "ABUSE"', 1),
        ("abusive and risk_score", 13),
        ("not severity", 5),
        ("rand(10) > 3", 1),
        ("len(area) > 3", 5),
        ('contains(area "x")', 15),
        ('area == "x', 9),
        (r'area == "a\"b"', 9),
        ("`S1` == severity", 1),
        ("true in [true", 14),
        ("(" * 30 + "abusive" + ")" * 30, 21),
        ('"浦东新区" == area and 严重', 20),
        ("abusive; is_fault", 8),
        ("1e9 > risk_score", 1),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(condition: str, position: int) -> None:
    with pytest.raises(ConditionError) as refused:
        read_condition(condition)
    assert refused.value.position == position
    english, _, chinese = str(refused.value).partition("|")
    assert f"position {position}:" in english
    assert f"第 {position} 个字符" in chinese


def test_every_published_field_is_there_and_of_its_kind() -> None:
    kinds = {Kind.TEXT: str, Kind.NUMBER: int | float, Kind.YES_NO: bool, Kind.WORDS: list}
    bare = facts_of(complaint_received(), 0.0, ZoneInfo("UTC"))
    for facts in (FACTS, bare):
        assert facts.keys() == FIELDS.keys()
        for name, field in FIELDS.items():
            assert isinstance(facts[name], kinds[field.kind]), name
            assert not field.choices or {*([facts[name]] if field.kind is Kind.TEXT else [])} <= {
                *field.choices
            }


@given(st.text(max_size=60) | st.text("()[]=!<>&|\"' aAnotridnS1,._", max_size=60))
def test_any_text_is_read_or_refused_at_a_place_within_it(text: str) -> None:
    try:
        read = rules(text)
    except ConditionError as refused:
        place = refused.position
    else:
        assert read.first(FACTS).version == 7
        place = 1
    assert 1 <= place <= len(text) + 1


def _both(left: Any, right: Any) -> Any:
    return f"({left[0]}) and ({right[0]})", lambda f: left[1](f) and right[1](f)


def _either(left: Any, right: Any) -> Any:
    return f"({left[0]}) or ({right[0]})", lambda f: left[1](f) or right[1](f)


LEAVES = st.sampled_from(
    [
        ("abusive", lambda f: f["abusive"]),
        ("not is_fault", lambda f: not f["is_fault"]),
        ('severity == "S2"', lambda f: f["severity"] == "S2"),
        ('grade in ["K", "V"]', lambda f: f["grade"] in {"K", "V"}),
        ("risk_score > 50", lambda f: f["risk_score"] > 50),
        ('"ABUSE" in tags', lambda f: "ABUSE" in f["tags"]),
    ]
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: _both(*p)),
        st.tuples(inner, inner).map(lambda p: _either(*p)),
        inner.map(lambda p: (f"not ({p[0]})", lambda f: not p[1](f))),
    ),
    max_leaves=8,
)


@given(
    TREES,
    st.fixed_dictionaries(
        {
            "abusive": st.booleans(),
            "is_fault": st.booleans(),
            "severity": st.sampled_from(["S1", "S2"]),
            "grade": st.sampled_from(["K", "S"]),
            "risk_score": st.integers(0, 100),
            "tags": st.sampled_from([[], ["ABUSE"], ["FRAUD", "ABUSE"]]),
        }
    ),
)
def test_whatever_is_composed_means_what_it_means_in_python(tree: Any, facts: dict[str, Any]) -> None:
    condition, meaning = tree
    if condition.count("(") < 15:
        assert holds(condition, **facts) == bool(meaning(facts))


def test_the_first_that_is_true_applies_however_many_there_are() -> None:
    many = rules(*[f"risk_score == {n}" for n in range(200)], "risk_score >= 0")
    for score, first in ((0, "0"), (49, "49"), (50, "50"), (199, "199"), (500, "200")):
        assert many.first(FACTS | {"risk_score": score}).rule == first
    assert many.first(FACTS | {"risk_score": 30}) == (7, "30", Route(priority=30))
    assert rules().first(FACTS) == (7, None, Route())


def test_a_rule_that_cannot_be_computed_stops_none_of_the_others() -> None:
    found = rules("risk_score < 0", 'startsWith(category, "x")', 'severity == "S3"')
    assert found.first(FACTS | {"category": None}).rule == "2"
    assert found.first(FACTS | {"category": None, "severity": "S1"}).rule is None
