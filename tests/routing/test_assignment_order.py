"""Who gets it among many: for any team and any load, what the plain definition of FC-3 says."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.routing.assign_member import Load, Need, assign_member
from services.routing.directory import Member, Team
from services.routing.policy import RoutingPolicy
from shared.events.vocabulary import Language
from shared.runtime.policy import load_policy

POLICY = load_policy(RoutingPolicy, "routing").assignment
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
NEVER = datetime.min.replace(tzinfo=UTC)

PEOPLE = st.lists(
    st.tuples(
        st.sets(st.sampled_from(list(Language)), min_size=1),
        st.sets(st.sampled_from(["a", "a/b", "press"])),
        st.integers(0, 3),
        st.none() | st.integers(0, 3),
        st.booleans(),
    ),
    max_size=12,
)
NEEDS = st.builds(
    Need,
    st.sampled_from(list(Language)),
    st.sampled_from([None, "a", "a/b", "c"]),
    st.just(NOW),
    st.none() | st.sampled_from(["m0", "m1", "m5"]),
    st.sampled_from([(), ("press",)]),
)


@given(PEOPLE, NEEDS)
def test_fc_3_competence_then_load_then_fairness_for_any_team(
    people: list[tuple[set[Language], set[str], int, int | None, bool]], need: Need
) -> None:
    members, loads, resting = [], {}, set()
    for number, (languages, skills, open_, given_ago, rests) in enumerate(people):
        member = Member(f"m{number}", "", "d", frozenset(languages), skills=frozenset(skills))
        members.append(member)
        given_at = NOW - timedelta(minutes=given_ago) if given_ago is not None else None
        if open_ or given_at or rests:
            loads[member.id] = Load(
                open_, given_at, rests_until=NOW + timedelta(minutes=1) if rests else None
            )
        if rests:
            resting.add(member.id)
    wanted = [*need.skills, *{None: [], "a": ["a"], "a/b": ["a/b", "a"], "c": []}[need.category]]

    def order(member: Member) -> tuple[object, ...]:
        load = loads.get(member.id, Load())
        closest = next((place for place, skill in enumerate(wanted) if skill in member.skills), len(wanted))
        speaks = need.language in member.languages
        return not speaks, closest, load.open, load.last_given_at or NEVER, member.id

    candidates = [member for member in members if member.id != need.barred]
    free = [member for member in candidates if member.id not in resting]
    found = assign_member(Team(members), loads, need, POLICY)
    expected = min(free or candidates, key=order, default=None)
    assert (found.member if found else None) == expected
    assert found is None or found.free == bool(free)


def test_fc_3_without_skills_in_the_policy_only_load_and_fairness_count() -> None:
    team = Team(
        Member(f"m{number}", "", "d", frozenset(Language), skills=frozenset(["a"] if number else []))
        for number in range(2)
    )
    need = Need(Language.ENGLISH, "a", NOW)
    for skilled_first, expected in ((True, "m1"), (False, "m0")):
        policy = POLICY.model_copy(update={"skilled_first": skilled_first})
        found = assign_member(team, {}, need, policy)
        assert found is not None
        assert found.member.id == expected
