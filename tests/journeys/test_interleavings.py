"""Order holds per publisher and subject and nowhere else, and every service makes the same of every such order."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.command.registry import SERVICES
from shared.bus.cloudevents import glance
from shared.bus.event_log import StoredRecord
from shared.events import PUBLISHERS
from shared.runtime.embedded import EmbeddedPostgres
from tests.postgres_fixture import drop_database

from .recorded import Recorded, record
from .replayed import Batches, Outcome, differences, replay

HEARS = {
    "intake": ("routing", "sla", "notify", "feedback", "marketing"),
    "routing": ("intake", "sla", "feedback"),
    "sla": ("intake", "routing", "notify"),
    "notify": ("intake", "routing", "sla", "feedback"),
    "feedback": ("intake", "routing"),
    "marketing": ("intake", "routing", "feedback"),
}

STEADY = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@pytest.fixture(scope="module")
def journey(
    postgres_server: EmbeddedPostgres, templates: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Recorded]:
    """What three complaints told on their way, recorded once."""
    folder = tmp_path_factory.mktemp("journey")
    recorded = asyncio.run(record(postgres_server, templates, folder))
    yield recorded
    for name in recorded.databases.values():
        asyncio.run(drop_database(postgres_server, postgres_server.url(name)))


@st.composite
def deliveries(draw: st.DrawFn, service: str, heard: Sequence[StoredRecord]) -> Batches:
    """An order that keeps every lane's own, with some records a second time, cut into batches."""
    lanes: dict[tuple[str, str], deque[StoredRecord]] = defaultdict(deque)
    for told in heard:
        lanes[_lane(service, told)].append(told)
    turns = draw(st.permutations([lane for lane, records in lanes.items() for _ in records]))
    order = [lanes[lane].popleft() for lane in turns]
    places = st.integers(0, len(order) - 1)
    for again, later in draw(st.lists(st.tuples(places, st.integers(1, 30)), max_size=10)):
        order.insert(again + later, order[again])
    cuts = sorted(draw(st.sets(places, min_size=5, max_size=25)))
    return [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]


def _lane(service: str, told: StoredRecord) -> tuple[str, str]:
    """Whose order is kept. Routing hears no answer before it has resolved what it knows from intake."""
    seen = glance(told.headers)
    together = service == "routing" and seen.publisher in {"intake", "feedback"}
    return ("customer's words" if together else seen.publisher, seen.subject)


def last_of_each(heard: Sequence[StoredRecord]) -> dict[str, dict[str, int]]:
    """Per subject and publisher the last event that was told."""
    last: dict[str, dict[str, int]] = defaultdict(dict)
    for told in heard:
        seen = glance(told.headers)
        last[seen.subject][seen.publisher] = max(seen.sequence, last[seen.subject].get(seen.publisher, 0))
    return dict(last)


def test_the_journey_is_rich(journey: Recorded) -> None:
    told = {glance(record.headers).type.split(".")[2] for record in journey.told}
    assert {"complaint_reopened", "promise_broken", "escalation_reached", "consent_changed"} < told
    assert {"offer_proposed", "offer_withheld", "message_sent", "message_skipped"} < told
    assert {glance(record.headers).publisher for record in journey.told} == set(PUBLISHERS)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_holds_the_same_whatever_way_the_publishers_events_are_interleaved(
    service: str, journey: Recorded, postgres_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    heard = journey.heard_from(HEARS[service])

    def hear(batches: Batches) -> Outcome:
        return asyncio.run(replay(postgres_server, service, journey.databases[service], tmp_path, batches))

    in_order = hear(singly(heard))
    assert (in_order.waiting, in_order.applied) == ([], last_of_each(heard))

    @STEADY
    @given(deliveries(service, heard))
    def in_any_order(batches: Batches) -> None:
        differing = differences(in_order, hear(batches))
        assert not differing, "\n".join(differing)

    in_any_order()
    backwards_and_again = hear(singly([*effects_first(service, heard), *heard]))
    assert backwards_and_again.held > 0
    assert backwards_and_again.duplicates == len(heard)
    assert not differences(in_order, backwards_and_again)


def test_without_the_causes_in_the_envelopes_the_order_of_publishers_would_matter(
    journey: Recorded, postgres_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    """What the comparison can see: a fact that is heard before its cause changes nothing here."""
    told = effects_first("sla", journey.heard_from(HEARS["sla"]))
    blind = [replace(one, headers=_without_causes(one)) for one in told]

    def hear(batches: Batches) -> Outcome:
        return asyncio.run(replay(postgres_server, "sla", journey.databases["sla"], tmp_path, batches))

    assert differences(hear(singly(told)), hear(singly(blind)))


def singly(told: Sequence[StoredRecord]) -> Batches:
    """Each in a batch of its own."""
    return [[one] for one in told]


def effects_first(service: str, heard: Sequence[StoredRecord]) -> list[StoredRecord]:
    """One publisher after the other, first the one that spoke last."""
    voices = [_lane(service, told)[0] for told in heard]
    return sorted(heard, key=lambda told: -voices.index(_lane(service, told)[0]))


def _without_causes(told: StoredRecord) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value) for name, value in told.headers if name != "ce_after")
