"""One service on a real database without a log: events are handed in and read from its outbox."""

import base64
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from shared.bus.cloudevents import from_record, to_record
from shared.bus.event_log import LogUnavailableError, StoredRecord
from shared.bus.headers import unpack
from shared.events import Envelope, Event
from shared.runtime.database import create_engine
from shared.runtime.sealing import Sealer
from shared.runtime.service import Service, Together
from shared.runtime.settings import Settings

from .databases import NewDatabase

E = TypeVar("E", bound=Event)

SEALING_KEYS = "test:" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
SEALER = Sealer({"test": b"0123456789abcdef0123456789abcdef"})


class NoLog:
    """A log that cannot be reached, as a broker that is down."""

    def __getattr__(self, name: str) -> Any:
        async def unavailable(*_args: object, **_kwargs: object) -> None:
            raise LogUnavailableError("there is no log in this test")

        return unavailable


class ServiceUnderTest:
    """A service with its database; `client` speaks HTTP to it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        assert service.settings.database_url is not None
        self.engine = create_engine(service.settings.database_url, application="tests")
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=Together([service], service.settings)),
            base_url="http://redress",
        )
        self._sequences: dict[tuple[str, str], int] = defaultdict(int)
        self._offset = 0

    def envelope(
        self, event: E, *, after: dict[str, int] | None = None, sequence: int | None = None
    ) -> Envelope[E]:
        """An event as its publisher would send it next, or with the sequence given."""
        place = (event.publisher, event.subject)
        self._sequences[place] = sequence or self._sequences[place] + 1
        now = datetime.now(UTC)
        return Envelope(uuid4(), event, self._sequences[place], now, now, after or {})

    async def hears(self, *events: Event) -> None:
        """Let events of other services arrive, in this order, in one batch."""
        await self.receives(*(self.envelope(event) for event in events))

    async def receives(self, *envelopes: Envelope[Any]) -> None:
        """Let these envelopes arrive in one batch, as they are."""
        assert self.service.consumer is not None
        records = []
        for envelope in envelopes:
            record = to_record(envelope)
            records.append(
                StoredRecord(
                    record.topic, record.key, record.headers, record.value, 0, self._offset, datetime.now(UTC)
                )
            )
            self._offset += 1
        await self.service.consumer.apply(records)

    async def said(self, kind: type[E] | None = None) -> list[Any]:
        """The events this service has written so far, in order; only those of one class if given."""
        async with self.engine.connect() as connection:
            rows = (
                await connection.execute(text("SELECT headers, value FROM outbox ORDER BY position"))
            ).all()
        events = [from_record(unpack(headers), value).event for headers, value in rows]
        return [event for event in events if kind is None or isinstance(event, kind)]

    async def let_pass(self, time: timedelta, subject: UUID | str | None = None) -> int:
        """Move every armed timer (of one subject) so much nearer, and fire those that are due; returns how many."""
        assert self.service.timers is not None
        async with self.engine.begin() as connection:
            await connection.execute(
                text(
                    "UPDATE timer SET due_at = due_at - CAST(:time AS interval)"
                    " WHERE armed AND CAST(:subject AS text) IN ('', subject)"
                ),
                {"time": time, "subject": str(subject or "")},
            )
        fired = 0
        while now_fired := await self.service.timers.fire_once():
            fired += now_fired
        return fired

    async def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """Rows of a query on the service's database."""
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(sql), values)).mappings()]

    async def close(self) -> None:
        """Release client and database."""
        await self.client.aclose()
        await self.service.database.close()
        await self.engine.dispose()


StartService = Callable[..., Coroutine[Any, Any, ServiceUnderTest]]


@pytest.fixture
async def start_service(new_database: NewDatabase, tmp_path: Path) -> AsyncIterator[StartService]:
    """Call it with a service's name, and the text of a policy file with changes if need be."""
    async with AsyncExitStack() as stack:

        async def start(name: str, policy: str = "", **settings: Any) -> ServiceUnderTest:
            policy_file = None
            if policy:
                policy_file = tmp_path / f"policy-{uuid4()}.toml"
                policy_file.write_text(policy, encoding="utf-8")
            chosen = Settings(
                database_url=await new_database(name),
                policy_file=policy_file,
                sealing_keys=SEALING_KEYS,
                **settings,
            )
            service = import_module(f"services.{name}.app").create_service(chosen, NoLog())
            under_test = ServiceUnderTest(service)
            stack.push_async_callback(under_test.close)
            return under_test

        yield start
