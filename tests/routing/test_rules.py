"""The pure rules of routing, by cases."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.accept_resolution import ResolutionReason, no_reason_in
from services.routing.assign_handler import assign_handler
from services.routing.assign_member import Load, Need, assign_member
from services.routing.at_work import Presence, Report
from services.routing.directory import Department, Directory, Member, Team
from services.routing.name_owner import CaseFacts, name_owner
from services.routing.policy import RoutingPolicy
from services.routing.six_steps import MissingStepsError, missing_before_resolution, new_steps
from shared.events.vocabulary import HandlingStep, Language
from shared.runtime.policy import load_policy

POLICY = load_policy(RoutingPolicy, "routing")
BOTH = frozenset(Language)
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def member(id_: str, department: str = "d", languages: frozenset[Language] = BOTH) -> Member:
    return Member(id_, id_.title(), department, languages)


DIRECTORY = Directory(
    "v1",
    [
        Department("d", "部", "Department", case_types=frozenset({"COMPLAINT"})),
        Department("bills", "账", "Bills", categories=frozenset({"money"})),
        Department("late", "逾", "Late bills", categories=frozenset({"money/late"})),
        Department("duty", "值", "Duty"),
    ],
    [member("a"), member("b", "bills"), member("c", "late"), member("z", "duty")],
    "duty",
)


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        ({}, "a"),
        ({"a": Load(1)}, "b"),
        ({"a": Load(2), "b": Load(1), "c": Load(1)}, "b"),
        ({"a": Load(1, LATE), "b": Load(1, EARLY), "c": Load(2)}, "b"),
        ({"a": Load(0, LATE), "b": Load(0), "c": Load(0, EARLY)}, "b"),
        ({"a": Load(0, EARLY), "b": Load(0, EARLY), "c": Load(0, LATE)}, "a"),
    ],
)
def test_fc_3_the_least_loaded_then_the_longest_idle_then_the_smallest_id(
    loads: dict[str, Load], expected: str
) -> None:
    members = [member("c"), member("b"), member("a")]
    chosen = assign_member(Team(members), loads, Need(Language.ENGLISH, None, LATE), POLICY.assignment)
    assert chosen is not None
    assert (chosen.member.id, chosen.free) == (expected, True)


def test_fc_3_language_comes_before_load_only_while_somebody_speaks_it() -> None:
    english, chinese = frozenset({Language.ENGLISH}), frozenset({Language.CHINESE})
    members = [member("a", languages=english), member("b", languages=chinese)]
    busy, need = {"b": Load(9)}, Need(Language.CHINESE, None, LATE)
    for first, expected in ((True, "b"), (False, "a")):
        policy = POLICY.assignment.model_copy(update={"same_language_first": first})
        chosen = assign_member(Team(members), busy, need, policy)
        assert chosen is not None
        assert chosen.member.id == expected
    only = assign_member(Team(members[:1]), busy, need, POLICY.assignment)
    assert only is not None
    assert only.member is members[0]
    assert assign_member(Team(), busy, need, POLICY.assignment) is None


@pytest.mark.parametrize(
    ("case_type", "category", "department"),
    [
        ("COMPLAINT", None, "d"),
        ("COMPLAINT", "weather", "d"),
        ("COMPLAINT", "money", "bills"),
        ("FAULT", " money / early/very", "bills"),
        ("FAULT", "money/late/very", "late"),
        ("FAULT", "moneybag", None),
        ("FAULT", None, None),
    ],
)
def test_the_department_that_serves_most_closely_is_found(
    case_type: str, category: str | None, department: str | None
) -> None:
    found = DIRECTORY.serving(case_type, category)
    assert (found.id if found else None) == department


@pytest.mark.parametrize(
    ("taken_by", "earlier", "category", "owner", "rule"),
    [
        ("a", None, "money", "a", "FC-1"),
        ("a", "b", "money", "b", "FC-20"),
        ("a", "gone", "money", "a", "FC-1"),
        (None, None, "money", "b", "FC-3"),
        (None, "c", "money", "c", "FC-20"),
        ("stranger", None, "money", "z", "DUTY-DESK"),
    ],
)
def test_fc_1_fc_3_fc_20_the_owner_by_cases(
    taken_by: str | None, earlier: str | None, category: str, owner: str, rule: str
) -> None:
    case = CaseFacts("FAULT", category, Language.ENGLISH, LATE, taken_by, earlier)
    naming = name_owner(case, DIRECTORY, {}, POLICY)
    assert (naming.owner.id, naming.rule) == (owner, rule)


@given(
    st.builds(
        CaseFacts,
        case_type=st.sampled_from(["COMPLAINT", "FAULT", ""]),
        category=st.none() | st.sampled_from(["money", "money/late", "/", "x"]),
        language=st.sampled_from(Language),
        now=st.just(LATE),
        taken_by=st.none() | st.sampled_from(["a", "b", "z", "gone"]),
        earlier_owner=st.none() | st.sampled_from(["a", "c", "gone"]),
    ),
    st.dictionaries(
        st.sampled_from("abcz"),
        st.builds(
            Load,
            open=st.integers(-1, 9),
            last_given_at=st.none() | st.sampled_from([EARLY, LATE]),
            customers=st.integers(0, 200),
            contacts=st.integers(0, 500),
            report=st.none() | st.builds(Report, st.sampled_from(Presence), st.sampled_from([EARLY, LATE])),
            rests_until=st.none() | st.sampled_from([EARLY, LATE]),
        ),
    ),
)
def test_fc_3_whatever_comes_somebody_owns_it_and_somebody_handles_it(
    case: CaseFacts, loads: dict[str, Load]
) -> None:
    naming = name_owner(case, DIRECTORY, loads, POLICY)
    assert naming.owner.id in DIRECTORY.staff
    handling = assign_handler(case, naming.owner, DIRECTORY, loads, POLICY)
    assert (handling.handler is naming.owner) == (handling.reason is None)


STEPS = list(HandlingStep)


@given(st.lists(st.sampled_from(STEPS), max_size=8), st.lists(st.sampled_from(STEPS), max_size=8))
def test_steps_taken_in_any_way_stand_in_their_order(
    first: list[HandlingStep], second: list[HandlingStep]
) -> None:
    done: list[HandlingStep] = []
    for taken in (first, second):
        try:
            done += new_steps(done, taken, POLICY.work)
        except MissingStepsError:
            continue
    assert done == STEPS[: len(done)]
    assert missing_before_resolution(done, POLICY.work) == STEPS[len(done) : 5]


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ("It is NOT  our department, sorry", None, "not our department"),
        ("不是我们的责任", None, "不是我们的责任"),
        ("It is not our department, sorry", ResolutionReason.EXPLAINED, None),
        ("The department has paid", None, None),
        (None, None, None),
    ],
)
def test_fc_12_words_that_resolve_nothing(
    text: str | None, reason: ResolutionReason | None, words: str | None
) -> None:
    assert no_reason_in(text, reason, POLICY.work) == words
