"""The event log in PostgreSQL, as the conformance suite drives it."""

from collections.abc import AsyncIterator

import pytest

from shared.bus.database import Database
from shared.bus.event_log import EventLog, Member
from shared.bus.postgres import PostgresEventLog

from .shared.bus.event_log_suite import LogUnderTest


class PostgresUnderTest(LogUnderTest):
    """Each client has a pool of its own, as a process would."""

    silence = 1.0

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def create_log(self) -> EventLog:
        """Another client of the same database."""
        return PostgresEventLog(Database(self._url, application="tests", pool_size=4), lease=self.silence)

    async def crash(self, member: Member) -> None:
        """A member works only while it is polled: to stop polling it is to end it."""

    def freeze(self, member: Member) -> None:
        """The same: it says nothing unless it is polled."""


@pytest.fixture
async def postgres_under_test(fresh_database_url: str) -> AsyncIterator[PostgresUnderTest]:
    """A log in an empty database."""
    log = PostgresUnderTest(fresh_database_url)
    yield log
    await log.close()
