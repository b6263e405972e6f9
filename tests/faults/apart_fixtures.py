"""A broker that is quick to serve again after a kill, and an installation of separate processes on it."""

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.kafka.broker import Broker
from tests.kafka.fixtures import StartBroker
from tests.postgres_fixture import temporary_folder

from .installation import Apart


@pytest.fixture(scope="module")
def broker(start_kafka: StartBroker) -> Broker:
    # After a kill the node has to wait for its own old session before it may serve again.
    return start_kafka({"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"})


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def apart(broker: Broker) -> AsyncIterator[Apart]:
    folder = temporary_folder("redress-apart-")
    installation = Apart(folder, broker.bootstrap)
    try:
        await installation.start()
        yield installation
    finally:
        await installation.stop()
        shutil.rmtree(folder, ignore_errors=True)
