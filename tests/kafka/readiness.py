"""Decides whether a broker is ready, by asking it."""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from .distribution import BrokerMissingError


class Starting(Protocol):
    """A broker process of ours that may fail to come up while another one answers on its port."""

    @property
    def ended(self) -> int | None:
        """The exit code, once it has one."""

    @property
    def cluster(self) -> str:
        """The identity that its folder was formatted with."""


def wait_until_ready(bootstrap: str, seconds: float, starting: Starting | None = None) -> None:
    """Return when the broker answers and is the one we started; asks in a thread, for there may be a loop."""
    deadline = time.monotonic() + seconds
    with ThreadPoolExecutor(1) as pool:
        while True:
            cluster = pool.submit(asyncio.run, _cluster(bootstrap)).result() if _listens(bootstrap) else None
            if starting is not None and starting.ended is not None:
                raise BrokerMissingError(f"Kafka ended with code {starting.ended} while starting.")
            if cluster and (starting is None or cluster == starting.cluster):
                return
            if time.monotonic() > deadline:
                raise BrokerMissingError(f"No Kafka of ours answers at {bootstrap} within {seconds:.0f} s.")
            time.sleep(0.02)


def _listens(bootstrap: str) -> bool:
    host, _, port = bootstrap.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 1).close()
    except OSError:
        return False
    return True


async def _cluster(bootstrap: str) -> str | None:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    try:
        await client.start()
        described = await client.describe_cluster()
        return str(described["cluster_id"]) if described["brokers"] else None
    except (KafkaError, OSError, TimeoutError):
        return None
    finally:
        await client.close()
