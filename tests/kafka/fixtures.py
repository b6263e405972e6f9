"""Gives the tests a real Kafka: one for the session, shared by all xdist workers, and brokers to break."""

import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import NoReturn

import pytest

from shared.bus.event_log import EventLog, Member
from shared.bus.kafka import KafkaEventLog
from shared.bus.kafka_clients import KafkaTimings, end_consumer
from shared.bus.kafka_member import KafkaMember
from tests.shared.bus.event_log_suite import LogUnderTest

from .broker import Broker, find_broker, start_broker
from .distribution import BrokerMissingError

StartBroker = Callable[[Mapping[str, str]], Broker]

# A broker that is not ours keeps Kafka's lower bound of 6 s for a session.
SESSION = 6.0 if os.environ.get("REDRESS_TEST_KAFKA") else 3.0
TIMINGS = KafkaTimings(
    request_timeout=20.0,
    session_timeout=SESSION,
    heartbeat_interval=0.3,
    rebalance_timeout=5.0,
    batch_grace=0.5,
    fetch_wait=0.05,
)


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The session's broker. Nobody may break it: `killable_kafka` and `pausable_kafka` are there for that."""
    base = tmp_path_factory.getbasetemp()
    meeting = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "kafka"
    meeting.mkdir(exist_ok=True)
    address = meeting / "address"
    with (meeting / "users.lock").open("w") as users, (meeting / "start.lock").open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        if address.exists():
            broker = Broker(address.read_text())
        else:
            broker = _or_skip(find_broker)
            address.write_text(broker.bootstrap)
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield broker
        if broker.own:
            # The others hold this lock until they are done, or dead.
            fcntl.flock(users, fcntl.LOCK_EX)
            address.unlink()
            broker.stop()


@pytest.fixture(scope="module")
def start_kafka() -> Iterator[StartBroker]:
    """Starts brokers with options of their own, which tests may break; they end with the module."""
    brokers: list[Broker] = []

    def start(options: Mapping[str, str]) -> Broker:
        broker = _or_skip(lambda: start_broker(options=options))
        brokers.append(broker)
        return broker

    yield start
    for broker in brokers:
        broker.stop()


@pytest.fixture(scope="module")
def module_killable_kafka(start_kafka: StartBroker) -> Broker:
    """The broker behind `killable_kafka`."""
    # After a kill the node has to wait for its own old session before it may serve again.
    return start_kafka({"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"})


@pytest.fixture
def killable_kafka(module_killable_kafka: Broker) -> Iterator[Broker]:
    """A broker that the test may kill and restart; it runs again for the next test."""
    yield module_killable_kafka
    module_killable_kafka.mend()


@pytest.fixture(scope="module")
def module_pausable_kafka(start_kafka: StartBroker) -> Broker:
    """The broker behind `pausable_kafka`."""
    # A pause must not end the node's session: it would take partitions off line for a moment afterwards.
    return start_kafka({"broker.session.timeout.ms": "60000"})


@pytest.fixture
def pausable_kafka(module_pausable_kafka: Broker) -> Iterator[Broker]:
    """A broker that the test may pause and resume; it runs again for the next test."""
    yield module_pausable_kafka
    module_pausable_kafka.mend()


def _or_skip(start: Callable[[], Broker]) -> Broker:
    try:
        return start()
    except BrokerMissingError as error:
        _give_up(str(error))


def _give_up(reason: str) -> NoReturn:
    if os.environ.get("REDRESS_REQUIRE_KAFKA") == "1":
        pytest.fail(f"Kafka is required here: {reason}")
    pytest.skip(f"no Kafka: {reason}")


class KafkaUnderTest(LogUnderTest):
    """The Kafka adapter with short sessions."""

    silence = SESSION

    def __init__(self, broker: Broker, timings: KafkaTimings = TIMINGS) -> None:
        super().__init__()
        self._broker = broker
        self._timings = timings

    def create_log(self) -> EventLog:
        return KafkaEventLog(self._broker.bootstrap, timings=self._timings)

    async def crash(self, member: Member) -> None:
        assert isinstance(member, KafkaMember)
        consumer, member._consumer = member._consumer, None
        await end_consumer(consumer, 5.0, leave=False)
        await member.close()

    def freeze(self, member: Member) -> None:
        assert isinstance(member, KafkaMember)

        async def pretend() -> bool:
            return True

        member._consumer._coordinator._do_heartbeat = pretend


@pytest.fixture
async def kafka_under_test(kafka_broker: Broker) -> AsyncIterator[LogUnderTest]:
    """The Kafka adapter on the session's broker."""
    under_test = KafkaUnderTest(kafka_broker)
    yield under_test
    await under_test.close()
