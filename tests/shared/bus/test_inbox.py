"""The order of events, by cases and by every interleaving."""

from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.bus.inbox import Arrival, Place, Plan, sort_out
from shared.bus.unit_of_work import Stream
from shared.events import Envelope
from tests.builders import resolved

SUBJECT = "11111111-1111-1111-1111-111111111111"
HEARD = frozenset({"intake", "routing"})


def arrival(publisher: str, sequence: int, held: bool = False, **after: int) -> Arrival:
    event = resolved(UUID(SUBJECT))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    envelope = Envelope(uuid4(), event, sequence, moment, moment, after)
    return Arrival(Place(SUBJECT, publisher, sequence), event.type, (), b"", envelope, held=held)


def plan(stream: Stream, *arrivals: Arrival, poison: Iterable[Place] = ()) -> Plan:
    return sort_out({SUBJECT: stream}, arrivals, HEARD, frozenset(poison))


def order(made: Plan) -> list[tuple[str, int]]:
    return [(a.place.publisher, a.place.sequence) for wave in made.waves for a in wave]


def test_the_next_event_is_applied() -> None:
    assert order(plan(Stream(SUBJECT), arrival("intake", 1))) == [("intake", 1)]


def test_an_event_applied_before_is_a_duplicate() -> None:
    made = plan(Stream(SUBJECT, applied={"intake": 2}), arrival("intake", 1), arrival("intake", 2))
    assert (order(made), len(made.duplicates)) == ([], 2)


def test_the_same_event_twice_in_one_batch_is_applied_once() -> None:
    made = plan(Stream(SUBJECT), arrival("intake", 1), arrival("intake", 1))
    assert (order(made), len(made.duplicates)) == ([("intake", 1)], 1)


def test_an_event_that_comes_too_early_waits() -> None:
    made = plan(Stream(SUBJECT), arrival("intake", 2))
    assert (order(made), len(made.waiting)) == ([], 1)


def test_a_late_event_releases_the_one_that_waited() -> None:
    made = plan(Stream(SUBJECT, waiting=1), arrival("intake", 2, held=True), arrival("intake", 1))
    assert order(made) == [("intake", 1), ("intake", 2)]
    assert [a.place.sequence for a in made.released] == [2]


def test_events_of_one_subject_are_in_different_waves() -> None:
    made = plan(Stream(SUBJECT), arrival("intake", 1), arrival("intake", 2), arrival("routing", 1))
    assert [len(wave) for wave in made.waves] == [1, 1, 1]


def test_an_effect_waits_for_its_cause_from_another_publisher() -> None:
    made = plan(Stream(SUBJECT), arrival("routing", 1, intake=1))
    assert (order(made), len(made.waiting)) == ([], 1)


def test_an_effect_is_applied_after_its_cause_whatever_the_order_of_arrival() -> None:
    made = plan(Stream(SUBJECT), arrival("routing", 1, intake=1), arrival("intake", 1))
    assert order(made) == [("intake", 1), ("routing", 1)]


def test_a_cause_from_a_publisher_that_is_not_heard_is_not_waited_for() -> None:
    assert order(plan(Stream(SUBJECT), arrival("routing", 1, marketing=4))) == [("routing", 1)]


def test_a_blocked_subject_lets_nothing_pass() -> None:
    made = plan(Stream(SUBJECT, blocked=True, waiting=1), arrival("intake", 1))
    assert (order(made), len(made.waiting)) == ([], 1)


def test_a_poisoned_event_is_parked_and_the_later_ones_wait_behind_it() -> None:
    made = plan(
        Stream(SUBJECT),
        arrival("intake", 1),
        arrival("intake", 2),
        arrival("intake", 3),
        poison=[Place(SUBJECT, "intake", 2)],
    )
    assert order(made) == [("intake", 1)]
    assert ([a.place.sequence for a in made.parked], [a.place.sequence for a in made.waiting]) == ([2], [3])


@settings(max_examples=300)
@given(st.randoms(use_true_random=False), st.lists(st.integers(1, 4), max_size=6), st.integers(1, 6))
def test_every_interleaving_applies_all_events_once_and_causes_first(
    random: Random, splits: list[int], repeats: int
) -> None:
    journey = [
        arrival("intake", 1),
        arrival("routing", 1, intake=1),
        arrival("intake", 2, routing=1),
        arrival("routing", 2, intake=2),
        arrival("routing", 3, intake=2),
        arrival("intake", 3, routing=1),
    ]
    arriving = journey + random.choices(journey, k=repeats)
    random.shuffle(arriving)
    stream = Stream(SUBJECT)
    held: dict[Place, Arrival] = {}
    done: list[tuple[str, int]] = []
    while arriving:
        size = splits.pop() if splits else 1
        batch, arriving = arriving[:size], arriving[size:]
        made = plan(stream, *held.values(), *batch)
        for publisher, sequence in order(made):
            stream.applied[publisher] = sequence
            done.append((publisher, sequence))
        for waits in made.waiting:
            held[waits.place] = Arrival(waits.place, waits.type, (), b"", waits.envelope, held=True)
        for released in made.released:
            held.pop(released.place, None)
    assert sorted(done) == sorted((a.place.publisher, a.place.sequence) for a in journey)
    assert not held
    for event in journey:
        assert event.envelope is not None
        at = done.index((event.place.publisher, event.place.sequence))
        assert all((cause, last) in done[:at] for cause, last in event.envelope.after.items())
