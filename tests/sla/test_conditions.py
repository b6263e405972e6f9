"""The rule that says which complaints a policy is for, by cases, and against trying every complaint."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sla.conditions import Asked, Facts, applies, first_without_use
from shared.events.vocabulary import Channel, Grade, Severity

S1, S2, S3, S4 = Severity
K, V, S, U = Grade

PLAIN = Facts(S3, "SEV-3", S, 1, channel="web", category="网络/宽带/掉线", area="Suzhou", is_fault=True)


@pytest.mark.parametrize(
    ("asked", "meets"),
    [
        ({}, True),
        ({"severity": (S2, S3)}, True),
        ({"severity": (S1,)}, False),
        ({"severity": (S3,), "grade": (K,)}, False),
        ({"channel": (Channel.WEB,)}, True),
        ({"category": ("网络",)}, True),
        ({"category": ("网络/宽带",)}, True),
        ({"category": ("网络/宽",)}, False),
        ({"category": ("资费",)}, False),
        ({"is_fault": (True,)}, True),
        ({"is_fault": (False,)}, False),
        ({"contract": ("gold",)}, False),
        ({"area": ("Suzhou", "Wuxi")}, True),
        ({"department": ("billing",)}, False),
    ],
)
def test_2_4_every_condition_has_to_be_met(asked: Asked, meets: bool) -> None:
    assert applies(asked, PLAIN) is meets


def test_2_4_a_complaint_without_the_fact_does_not_meet_the_condition() -> None:
    assert not applies({"category": ("网络",)}, PLAIN._replace(category=None))
    assert not applies({"is_fault": (False,)}, PLAIN._replace(is_fault=None))


@pytest.mark.parametrize(
    ("conditions", "useless"),
    [
        ([{"severity": (S1,)}, {"severity": (S1, S2)}], None),
        ([{"severity": (S1, S2)}, {"severity": (S1,)}], 1),
        ([{"severity": (S1,)}, {"severity": (S2,)}, {"severity": (S1, S2), "grade": (K,)}], 2),
        ([{"severity": (S1,), "grade": (K,)}, {"severity": (S1,)}], None),
        ([{"category": ("网络",)}, {"category": ("网络/宽带",)}], 1),
        ([{"category": ("网络/宽带",)}, {"category": ("网络",)}], None),
        ([{"area": ("Suzhou",)}, {"area": ("Suzhou", "Wuxi")}], None),
        ([{}], 1),
        ([{"severity": (S1, S2)}, {"severity": (S3, S4)}], 2),
        ([{"is_fault": (True,)}, {"is_fault": (False,)}], None),
        ([], None),
    ],
)
def test_2_4_a_policy_that_can_never_match_is_found(conditions: list[Asked], useless: int | None) -> None:
    assert first_without_use(conditions) == useless


def some(*values: object) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, unique=True).map(tuple)


CONDITIONS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "severity": some(*Severity),
            "grade": some(*Grade),
            "category": some("a", "a/b", "c"),
            "area": some("x", "y"),
            "is_fault": some(True, False),
        },
    ),
    max_size=5,
)
EVERY_COMPLAINT = [
    Facts(severity, "", grade, 1, category=category, area=area, is_fault=is_fault)
    for severity, grade, category, area, is_fault in product(
        Severity, Grade, (None, "a", "a/b", "a/d", "c", "z"), (None, "x", "y", "z"), (True, False, None)
    )
]


@given(CONDITIONS)
def test_2_4_what_is_found_is_what_trying_every_complaint_finds(conditions: list[Asked]) -> None:
    taken = set()
    for facts in EVERY_COMPLAINT:
        taken.add(
            next((index for index, asked in enumerate(conditions) if applies(asked, facts)), len(conditions))
        )
    unused = [index for index in range(len(conditions) + 1) if index not in taken]
    assert first_without_use(conditions) == (unused[0] if unused else None)
