"""Messages on their way: handed over once, whatever the provider or a crash does; each ends in one state."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.dispatcher import Dispatcher
from services.notify.http_sender import HttpSender
from services.notify.judge_outcome import Outcome
from services.notify.policy import NotifyPolicy
from services.notify.record_outcomes import give_up_lost
from services.notify.sender import Letter
from shared.events.notify import MessageFailed, MessageSent, MessageSkipped, MessageUnknown
from shared.events.vocabulary import SkipReason
from shared.runtime.policy import load_policy
from tests.builders import closed, complaint_received, owner_named, resolved
from tests.service_under_test import SEALER, ServiceUnderTest, StartService
from tests.waiting import eventually

from .facts import asked, promised
from .provider import Provider, running_provider

POLICY = load_policy(NotifyPolicy, "notify")


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with running_provider() as running:
        yield running


@pytest.fixture
async def notify(start_service: StartService, provider: Provider) -> ServiceUnderTest:
    return await start_service("notify", outbound_url=provider.url)


SENDERS: list[HttpSender] = []


@pytest.fixture(autouse=True)
async def connections_closed() -> AsyncIterator[None]:
    yield
    while SENDERS:
        await SENDERS.pop().close()


def dispatcher(notify: ServiceUnderTest, url: str, policy: NotifyPolicy = POLICY) -> Dispatcher:
    sender = HttpSender(url, timeout=policy.handover.timeout)
    SENDERS.append(sender)
    return Dispatcher(
        notify.service.unit_of_work,
        sender,
        SEALER,
        policy,
        public_url="https://redress.example/",
        drain_seconds=5,
    )


async def received(notify: ServiceUnderTest, number: int = 1, **changes: Any) -> list[UUID]:
    """That many complaints, each with a receipt to send."""
    ids = [uuid4() for _ in range(number)]
    await notify.hears(*(complaint_received(complaint_id, **changes) for complaint_id in ids))
    return ids


async def states(notify: ServiceUnderTest) -> dict[str, int]:
    rows = await notify.rows("SELECT state, count(*) AS number FROM intent GROUP BY state")
    return {row["state"]: row["number"] for row in rows}


async def pass_time(notify: ServiceUnderTest, time: timedelta) -> None:
    """Let retries come due and leases end as if that time had passed."""
    async with notify.engine.begin() as connection:
        await connection.exec_driver_sql(
            f"UPDATE intent SET not_before = not_before - interval '{time.total_seconds()} s',"
            f" claimed_until = claimed_until - interval '{time.total_seconds()} s'"
        )


async def test_a_message_is_handed_over_and_told_as_sent(
    notify: ServiceUnderTest, provider: Provider
) -> None:
    [complaint_id] = await received(notify)
    assert await dispatcher(notify, provider.url).send_waiting() == 1
    [sent] = await notify.said(MessageSent)
    [letter] = provider.letters
    assert (sent.complaint_id, str(sent.intent_id)) == (complaint_id, letter["id"])
    assert (sent.provider, sent.provider_id) == ("http", f"p-{letter['id'][-4:]}")
    assert letter["to"] == "+8613800138000"
    assert await dispatcher(notify, provider.url).send_waiting() == 0


async def test_the_link_is_opened_only_for_the_provider(notify: ServiceUnderTest, provider: Provider) -> None:
    [complaint_id] = await received(notify)
    await notify.hears(owner_named(complaint_id))
    await notify.hears(resolved(complaint_id))
    await notify.hears(asked(complaint_id, path="/feedback/v1/answers/abc"))
    await dispatcher(notify, provider.url).send_waiting()
    texts = {letter["kind"]: letter["text"] for letter in provider.letters}
    assert "https://redress.example/feedback/v1/answers/abc" in texts["QUESTION"]


@pytest.mark.parametrize(
    ("behaviour", "event", "state"),
    [
        ("400", MessageFailed, "FAILED"),
        ("hang", MessageUnknown, "UNKNOWN"),
        ("cut", MessageUnknown, "UNKNOWN"),
        ("garbage", MessageUnknown, "UNKNOWN"),
    ],
)
async def test_what_a_provider_refused_or_left_unclear_is_told_and_never_sent_again(
    notify: ServiceUnderTest, provider: Provider, behaviour: str, event: type[Any], state: str
) -> None:
    provider.behaves = lambda _letter: behaviour
    await received(notify)
    impatient = POLICY.handover.model_copy(update={"timeout": 1.0 if behaviour == "hang" else 10.0})
    for _ in range(3):
        await dispatcher(
            notify, provider.url, POLICY.model_copy(update={"handover": impatient})
        ).send_waiting()
        await pass_time(notify, timedelta(days=1))
        await give_up_lost(notify.service.unit_of_work)
    assert len(provider.letters) == 1
    assert len(await notify.said(event)) == len(await notify.said()) == 1
    assert await states(notify) == {state: 1}


@pytest.mark.parametrize("behaviour", ["429", "503"])
async def test_what_was_not_taken_is_tried_again_with_the_same_key_after_a_while(
    notify: ServiceUnderTest, provider: Provider, behaviour: str
) -> None:
    provider.behaves = lambda _letter: behaviour if len(provider.letters) < 3 else "take"
    await received(notify)
    sending = dispatcher(notify, provider.url)
    assert [await sending.send_waiting() for _ in range(2)] == [1, 0]
    for _ in range(2):
        await pass_time(notify, timedelta(hours=1))
        await sending.send_waiting()
    assert len(set(provider.keys)) == 1
    assert len(provider.keys) == 3
    assert len(await notify.said(MessageSent)) == len(await notify.said()) == 1


async def test_while_nobody_listens_messages_wait_and_are_sent_later(
    notify: ServiceUnderTest, provider: Provider
) -> None:
    await received(notify, 3)
    nowhere = dispatcher(notify, "http://127.0.0.1:9/")
    await nowhere.send_waiting()
    assert await states(notify) == {"PENDING": 3}
    assert await notify.said() == []
    await pass_time(notify, timedelta(hours=1))
    await dispatcher(notify, provider.url).send_waiting()
    assert await states(notify) == {"SENT": 3}


async def test_the_number_of_attempts_is_policy(start_service: StartService, provider: Provider) -> None:
    provider.behaves = lambda _letter: "503"
    notify = await start_service("notify", outbound_url=provider.url)
    await received(notify)
    two = POLICY.model_copy(update={"retry": POLICY.retry.model_copy(update={"attempts": 2})})
    for _ in range(4):
        await dispatcher(notify, provider.url, two).send_waiting()
        await pass_time(notify, timedelta(hours=1))
    [failed] = await notify.said(MessageFailed)
    assert failed.code == "http_503"
    assert len(provider.letters) == 2


async def test_a_message_not_taken_whose_matter_has_ended_is_not_tried_again(
    notify: ServiceUnderTest, provider: Provider
) -> None:
    [complaint_id] = await received(notify)
    await notify.hears(owner_named(complaint_id))
    await notify.hears(promised(complaint_id))
    closing = asyncio.Event()

    class SlowSender(HttpSender):
        async def hand_over(self, letter: Letter) -> Outcome:
            await closing.wait()
            return await super().hand_over(letter)

    provider.behaves = lambda letter: "503" if letter["kind"] == "OWNER_NAMED" else "take"
    sending = dispatcher(notify, provider.url)
    sending._sender = slow = SlowSender(provider.url, timeout=5)
    SENDERS.append(slow)
    round_trip = asyncio.create_task(sending.send_waiting())
    await eventually(lambda: len(sending._unrecorded) == 2)
    await notify.hears(resolved(complaint_id))
    await notify.hears(closed(complaint_id))
    closing.set()
    await round_trip
    reasons = {event.kind: event.reason for event in await notify.said(MessageSkipped)}
    assert reasons == {"RESOLVED": SkipReason.OVERTAKEN, "OWNER_NAMED": SkipReason.OVERTAKEN}
    assert [event.kind for event in await notify.said(MessageSent)] == ["RECEIPT"]


async def test_several_dispatchers_send_each_message_once(
    notify: ServiceUnderTest, provider: Provider
) -> None:
    for _ in range(4):
        await received(notify, 50)
    small = POLICY.handover.model_copy(update={"ahead": 7})
    policy = POLICY.model_copy(update={"handover": small})

    async def send_all(one: Dispatcher) -> None:
        while await one.send_waiting():
            pass

    await asyncio.gather(*(send_all(dispatcher(notify, provider.url, policy)) for _ in range(4)))
    assert Counter(provider.keys).most_common(1)[0][1] == 1
    assert len(provider.keys) == len(await notify.said(MessageSent)) == 200


async def test_a_hand_over_cut_off_by_a_crash_is_unknown_after_its_lease_and_not_sent_again(
    notify: ServiceUnderTest, provider: Provider
) -> None:
    provider.behaves = lambda _letter: "hang"
    await received(notify)
    crashing = asyncio.create_task(dispatcher(notify, provider.url).send_waiting())
    await eventually(lambda: provider.letters)
    crashing.cancel()
    await asyncio.gather(crashing, return_exceptions=True)
    assert await give_up_lost(notify.service.unit_of_work) == 0
    assert await states(notify) == {"SENDING": 1}
    await pass_time(notify, timedelta(seconds=61))
    assert [await give_up_lost(notify.service.unit_of_work) for _ in range(2)] == [1, 0]
    [unknown] = await notify.said()
    assert isinstance(unknown, MessageUnknown)
    await dispatcher(notify, provider.url).send_waiting()
    assert len(provider.letters) == 1


async def test_an_outcome_that_comes_after_the_lease_was_given_up_changes_nothing(
    notify: ServiceUnderTest, provider: Provider
) -> None:
    await received(notify)
    sending = dispatcher(notify, provider.url)
    await sending._claim_and_start()
    await asyncio.gather(*sending._unrecorded.values())
    await pass_time(notify, timedelta(seconds=61))
    await give_up_lost(notify.service.unit_of_work)
    await sending._record()
    assert [type(event) for event in await notify.said()] == [MessageUnknown]
    assert await states(notify) == {"UNKNOWN": 1}


async def test_what_is_handed_to_one_person_goes_out_in_order(
    notify: ServiceUnderTest, provider: Provider
) -> None:
    ids = await received(notify, 20)
    await notify.hears(*(owner_named(complaint_id) for complaint_id in ids))
    await notify.hears(*(promised(complaint_id) for complaint_id in ids))
    await dispatcher(notify, provider.url).send_waiting()
    rows = await notify.rows("SELECT intent_id, complaint_id FROM intent ORDER BY intent_id")
    complaint_of = {str(row["intent_id"]): row["complaint_id"] for row in rows}
    for complaint_id in ids:
        kinds = [letter["kind"] for letter in provider.letters if complaint_of[letter["id"]] == complaint_id]
        assert kinds == ["RECEIPT", "OWNER_NAMED"]


async def test_not_more_than_the_policy_says_are_on_their_way_at_once(
    notify: ServiceUnderTest, provider: Provider
) -> None:
    await received(notify, 60)
    few = POLICY.model_copy(update={"handover": POLICY.handover.model_copy(update={"at_once": 3})})
    await dispatcher(notify, provider.url, few).send_waiting()
    assert 1 <= provider.most_at_once <= 3


async def test_a_running_service_sends_what_it_hears_at_once_and_finishes_when_it_stops(
    notify: ServiceUnderTest, provider: Provider
) -> None:
    running = [asyncio.ensure_future(task()) for task in notify.service._background]
    await received(notify, 30)
    await eventually(lambda: len(provider.letters) == 30)
    await received(notify, 30)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    left = await states(notify)
    assert set(left) <= {"SENT", "PENDING"}
    assert left["SENT"] == len(provider.letters) == len(await notify.said(MessageSent))


async def test_a_provider_in_trouble_is_asked_less_and_everything_is_sent_when_it_is_well_again(
    notify: ServiceUnderTest, provider: Provider
) -> None:
    provider.behaves = lambda _letter: "503"
    quick = POLICY.model_copy(
        update={
            "handover": POLICY.handover.model_copy(update={"ahead": 8}),
            "retry": POLICY.retry.model_copy(update={"first_after": 0.01, "longest": 0.01, "attempts": 1000}),
        }
    )
    await received(notify, 40)
    sending = asyncio.create_task(dispatcher(notify, provider.url, quick).run())
    await eventually(lambda: len(provider.letters) >= 9)
    asked_in_trouble = len(provider.letters)
    assert asked_in_trouble < 40
    provider.behaves = lambda _letter: "take"
    await eventually(lambda: sent_all(notify, 40))
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert len(await notify.said(MessageSent)) == 40


async def sent_all(notify: ServiceUnderTest, number: int) -> bool:
    return await states(notify) == {"SENT": number}


async def test_every_message_ends_sent_unknown_skipped_or_failed(
    notify: ServiceUnderTest, provider: Provider
) -> None:
    behaviours = ["take", "400", "503", "cut", "garbage", "take"]
    provider.behaves = lambda letter: behaviours[int(letter["id"][-2:], 16) % len(behaviours)]
    await received(notify, 80)
    await received(notify, 5, reply_to=None)
    two = POLICY.model_copy(update={"retry": POLICY.retry.model_copy(update={"attempts": 2})})
    for _ in range(3):
        await dispatcher(notify, provider.url, two).send_waiting()
        await pass_time(notify, timedelta(hours=1))
    told = await notify.said()
    assert len({event.intent_id for event in told}) == len(told) == 85
    counted = Counter(type(event).__name__ for event in told)
    stored = await states(notify)
    assert stored == {
        "SENT": counted["MessageSent"],
        "UNKNOWN": counted["MessageUnknown"],
        "FAILED": counted["MessageFailed"],
        "SKIPPED": 5,
    }
    assert counted["MessageSkipped"] == 5
