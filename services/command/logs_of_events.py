"""Chooses the event log: a broker where one is named, else the one in PostgreSQL."""

import asyncio

from shared.bus.database import Database
from shared.bus.event_log import EventLog, LogError
from shared.bus.kafka import KafkaEventLog
from shared.bus.kafka_clients import KafkaTimings
from shared.bus.postgres import PostgresEventLog
from shared.runtime.settings import Settings

from .failure import fail


def kafka_log(settings: Settings) -> KafkaEventLog:
    """The log on the brokers of the settings."""
    assert settings.kafka is not None
    for part in settings.kafka.split(","):
        host, colon, port = part.strip().rpartition(":")
        if not colon or not host or not port.isdigit():
            fail(
                f"--kafka takes host:port, several by comma, not {settings.kafka!r}"
                f"|--kafka 应为 host:port，多个以逗号分隔，不能是 {settings.kafka!r}",
                2,
            )
    return KafkaEventLog(settings.kafka, timings=KafkaTimings(session_timeout=settings.kafka_session_timeout))


def postgres_log(url: str) -> EventLog:
    """The log in a PostgreSQL database."""
    return PostgresEventLog(Database(url, application="redress event log", pool_size=16))


def require_broker(settings: Settings) -> None:
    """Fail in one line if no broker answers."""

    async def ping() -> None:
        event_log = kafka_log(settings)
        try:
            await event_log.ping()
        finally:
            await event_log.close()

    try:
        asyncio.run(ping())
    except (LogError, OSError) as error:
        fail(
            f"no Kafka broker answers at {settings.kafka}: {error}"
            f"|{settings.kafka} 没有 Kafka 代理应答：{error}"
        )
