"""What a process has just published is read from memory; whatever memory cannot know, from the log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from shared.bus.database import Database
from shared.bus.event_log import Partition, Record, StoredRecord
from shared.bus.postgres import PostgresEventLog
from shared.bus.tail import KEPT, Tail
from tests.builders import now

LANE = Partition("redress.intake.v1", 3)


def records(first: int, count: int) -> list[StoredRecord]:
    """A run of records from offset `first` on."""
    return [StoredRecord(LANE.topic, "k", (), b"", LANE.number, first + n, now()) for n in range(count)]


def offsets(found: object) -> list[int]:
    """The offsets of records."""
    return [record.offset for record in found]  # type: ignore[attr-defined]


def test_what_was_added_is_read_from_any_position_in_it() -> None:
    tail = Tail()
    tail.add(LANE, records(10, 5), read_up_to=10)
    assert offsets(tail.read(LANE, 10, 99)) == [10, 11, 12, 13, 14]
    assert offsets(tail.read(LANE, 12, 2)) == [12, 13]
    assert offsets(tail.read(LANE, 15, 99)) == []
    assert offsets(tail.read(Partition(LANE.topic, 4), 10, 99)) == []


def test_a_reader_that_is_behind_is_sent_to_the_log() -> None:
    tail = Tail()
    tail.add(LANE, records(10, 5), read_up_to=0)
    assert not tail.read(LANE, 9, 99)
    assert tail.begins_after(LANE, 9)
    assert not tail.begins_after(LANE, 10)


def test_a_gap_that_another_process_filled_is_never_jumped() -> None:
    tail = Tail()
    tail.add(LANE, records(0, 3), read_up_to=0)
    tail.add(LANE, records(5, 2), read_up_to=0)
    assert not tail.read(LANE, 3, 99)
    assert offsets(tail.read(LANE, 5, 99)) == [5, 6]


def test_a_batch_that_comes_to_know_of_itself_late_changes_nothing() -> None:
    tail = Tail()
    tail.add(LANE, records(3, 2), read_up_to=0)
    tail.add(LANE, records(0, 3), read_up_to=0)
    assert offsets(tail.read(LANE, 3, 99)) == [3, 4]


@pytest.mark.parametrize(("read_up_to", "first"), [(0, 50), (60, 60)])
def test_no_more_is_kept_than_somebody_still_has_to_read_nor_than_the_limit(
    read_up_to: int, first: int
) -> None:
    tail = Tail()
    tail.add(LANE, records(0, KEPT + 50), read_up_to)
    assert tail.begins_after(LANE, first - 1)
    assert len(tail.read(LANE, first, 9_999)) == KEPT + 50 - first


@asynccontextmanager
async def log_on(url: str) -> AsyncIterator[PostgresEventLog]:
    """A log of one process."""
    log = PostgresEventLog(Database(url, application="tests"))
    await log.start()
    yield log
    await log.close()


async def test_records_of_two_processes_in_one_lane_are_read_in_order_by_members_of_both(
    fresh_database_url: str,
) -> None:
    topic, sent = "redress.intake.v1", [str(n).encode() for n in range(60)]
    async with log_on(fresh_database_url) as here, log_on(fresh_database_url) as there:
        await here.ensure_topics([topic])
        members = [log.member(f"group of {n}", "0", [topic]) for n, log in enumerate((here, there))]
        for member in members:
            await member.start()
        key, got = str(uuid4()), [list[bytes](), list[bytes]()]
        for n, value in enumerate(sent):
            await (there if n % 7 in {3, 4} else here).publish([Record(topic, key, (), value)])
            if n % 3 == 0:
                got[0] += [record.value for record in await members[0].poll(5, 0.0)]
        for read, member in zip(got, members, strict=True):
            while len(read) < len(sent):
                read += [record.value for record in await member.poll(5, 1.0)]
            await member.close()
    assert got == [sent, sent]


async def test_every_lane_gets_its_share_of_a_poll(fresh_database_url: str) -> None:
    topic = "redress.intake.v1"
    async with log_on(fresh_database_url) as log:
        await log.ensure_topics([topic])
        await log.publish([Record(topic, f"complaint-{n % 40}", (), b"") for n in range(1_000)])
        member = log.member("group", "0", [topic])
        await member.start()
        lanes = {record.lane for record in await member.poll(24, 1.0)}
        lanes |= {record.lane for record in await member.poll(24, 1.0)}
        await member.close()
    assert len(lanes) == 12


async def test_what_this_process_published_is_handed_out_oldest_first_over_all_lanes(
    fresh_database_url: str,
) -> None:
    topics = ["redress.intake.v1", "redress.routing.v1"]
    async with log_on(fresh_database_url) as log:
        await log.ensure_topics(topics)
        member = log.member("group", "0", topics)
        await member.start()
        sent = [(topics[n % 2], f"complaint-{n % 5}", str(n).encode()) for n in range(30)]
        for topic, key, value in sent:
            await log.publish([Record(topic, key, (), value)])
        got = [record.value for _ in range(6) for record in await member.poll(5, 0.0)]
        await member.close()
    assert got == [value for _, _, value in sent]
