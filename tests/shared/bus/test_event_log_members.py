"""One set of promises to the members of a group, for every adapter of the event log."""

import asyncio

import pytest

from shared.bus.event_log import (
    PARTITIONS,
    Partition,
    PartitionLostError,
    Record,
)
from shared.bus.partitions import partition_for
from tests.waiting import eventually

from .event_log_suite import (
    LogUnderTest,
    behind,
    ends,
    every_partition,
    fresh_group,
    one_key,
    read,
    read_at_least,
    read_nothing,
    settle,
    values,
)


async def test_what_was_not_committed_is_handed_out_again_after_a_crash(
    event_log_factory: LogUnderTest,
) -> None:
    log = await event_log_factory.new_log()
    topic, group = await event_log_factory.fresh_topic(log), fresh_group()
    await log.publish(one_key(topic, 20))
    first = await event_log_factory.reader(log, group, "one", [topic])
    got = await read(first, 20)
    await first.commit(ends(got[:12]))
    await event_log_factory.crash(first)
    again = await event_log_factory.reader(log, group, "one", [topic])
    assert await read(again, 8) == got[12:]
    await read_nothing(again)


async def test_another_member_takes_over_from_one_that_crashed(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic, group = await event_log_factory.fresh_topic(log), fresh_group()
    await log.publish(every_partition(topic))
    first = await event_log_factory.reader(log, group, "one", [topic])
    got = await read(first, 20 * PARTITIONS)
    await event_log_factory.crash(first)
    second = await event_log_factory.reader(log, group, "two", [topic])
    assert await read_at_least(second, got) == set(got)


async def test_what_was_committed_is_not_handed_out_again(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic, group = await event_log_factory.fresh_topic(log), fresh_group()
    await log.publish(every_partition(topic))
    first = await event_log_factory.reader(log, group, "one", [topic])
    await first.commit(ends(await read(first, 20 * PARTITIONS)))
    await first.close()
    second = await event_log_factory.reader(log, group, "two", [topic])
    await log.publish([Record(topic, "complaint-1", (), b"new")])
    assert values(await read(second, 1)) == [b"new"]
    await read_nothing(second)


async def test_groups_do_not_know_of_each_other(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    await log.publish(one_key(topic, 5))
    for _ in range(2):
        reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
        got = await read(reader, 5)
        await reader.commit(ends(got))
        assert [record.offset for record in got] == [0, 1, 2, 3, 4]


async def test_a_second_member_takes_its_share_of_equal_numbers(event_log_factory: LogUnderTest) -> None:
    log, other = await event_log_factory.new_log(), await event_log_factory.new_log()
    topics = [await event_log_factory.fresh_topic(log) for _ in range(2)]
    group = fresh_group()
    first = await event_log_factory.reader(log, group, "one", topics)
    second = await event_log_factory.reader(other, group, "two", topics)
    await settle(first, second)
    for member in (first, second):
        numbers = [{lane.number for lane in member.assignment() if lane.topic == topic} for topic in topics]
        assert numbers[0] == numbers[1]
        assert len(numbers[0]) == PARTITIONS // 2


async def test_two_members_read_everything_once_and_in_order(event_log_factory: LogUnderTest) -> None:
    log, other = await event_log_factory.new_log(), await event_log_factory.new_log()
    topic, group = await event_log_factory.fresh_topic(log), fresh_group()
    members = [
        await event_log_factory.reader(log, group, "one", [topic]),
        await event_log_factory.reader(other, group, "two", [topic]),
    ]
    await settle(*members)
    sent = every_partition(topic) * 3
    await log.publish(sent)
    got = []

    async def all_read() -> bool:
        for member in members:
            got.extend(await member.poll(50, 0.1))
        return len(got) >= len(sent)

    await eventually(all_read)
    assert len(got) == len(sent)
    lanes = {record.lane for record in got}
    for lane in lanes:
        offsets = [record.offset for record in got if record.lane == lane]
        assert offsets == list(range(len(offsets)))


async def test_the_others_take_over_at_once_when_a_member_leaves(event_log_factory: LogUnderTest) -> None:
    log, other = await event_log_factory.new_log(), await event_log_factory.new_log()
    topic, group = await event_log_factory.fresh_topic(log), fresh_group()
    first = await event_log_factory.reader(log, group, "one", [topic])
    second = await event_log_factory.reader(other, group, "two", [topic])
    await settle(first, second)
    await second.close()
    await settle(first)
    assert len(first.assignment()) == PARTITIONS


async def test_a_commit_of_partitions_that_went_to_another_is_refused(
    event_log_factory: LogUnderTest,
) -> None:
    log, other = await event_log_factory.new_log(), await event_log_factory.new_log()
    topic, group = await event_log_factory.fresh_topic(log), fresh_group()
    await log.publish(every_partition(topic))
    first = await event_log_factory.reader(log, group, "one", [topic])
    old = await read(first, 20 * PARTITIONS)
    second = await event_log_factory.reader(other, group, "two", [topic])
    await settle(first, second)
    moved = second.assignment()
    expected = [record for record in old if record.lane in moved]
    await second.commit(ends(await read(second, len(expected))))
    lane = next(iter(moved))
    with pytest.raises(PartitionLostError):
        await first.commit({lane: 1})
    assert await behind(second, moved) == dict.fromkeys(moved, 0)


async def test_a_member_that_fell_silent_cannot_move_the_position_any_more(
    event_log_factory: LogUnderTest,
) -> None:
    log, other = await event_log_factory.new_log(), await event_log_factory.new_log()
    topic, group = await event_log_factory.fresh_topic(log), fresh_group()
    await log.publish(one_key(topic, 20))
    frozen = await event_log_factory.reader(log, group, "one", [topic])
    got = await read(frozen, 20)
    lane = got[0].lane
    event_log_factory.freeze(frozen)
    second = await event_log_factory.reader(other, group, "two", [topic])
    await second.commit(ends(await read(second, 20)))
    with pytest.raises(PartitionLostError):
        await frozen.commit({lane: 5})
    await event_log_factory.crash(frozen)
    assert await behind(second, [lane]) == {lane: 0}


async def test_the_lag_counts_what_is_stored_and_not_committed(event_log_factory: LogUnderTest) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    lane = Partition(topic, partition_for("complaint-1"))
    assert await reader.lag() == {Partition(topic, number): 0 for number in range(PARTITIONS)}
    await log.publish(one_key(topic, 10))
    assert (await reader.lag())[lane] == 10
    got = await read(reader, 10)
    assert (await reader.lag())[lane] == 10
    await reader.commit(ends(got[:4]))
    assert (await reader.lag())[lane] == 6
    await reader.commit(ends(got))
    await log.publish(one_key(topic, 1))
    assert (await reader.lag())[lane] == 1


async def test_a_paused_member_hands_out_nothing_and_keeps_its_partitions(
    event_log_factory: LogUnderTest,
) -> None:
    log = await event_log_factory.new_log()
    topic = await event_log_factory.fresh_topic(log)
    reader = await event_log_factory.reader(log, fresh_group(), "one", [topic])
    await read_nothing(reader)
    owned = reader.assignment()
    reader.pause()
    await log.publish(one_key(topic, 3))
    until = asyncio.get_running_loop().time() + 1.5 * event_log_factory.silence
    while asyncio.get_running_loop().time() < until:
        assert await reader.poll(10, 0.3) == []
        assert reader.assignment() == owned
    reader.resume()
    got = await read(reader, 3)
    await reader.commit(ends(got))
    assert values(got) == [b"0", b"1", b"2"]
