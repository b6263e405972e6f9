"""Long messages in parts: whatever the order, one complaint with the whole text; whatever is missing is said so."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.join_parts import (
    Gathering,
    PartOf,
    choose_gathering,
    is_complete,
    joined,
    read_header,
    sensible,
)
from shared.events.intake import ComplaintReceived, ContactAttached
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import another_process
from .providers_at_the_door import Request, account, call, fixture, intake_for
from .steady import STEADY

TEXTS = ("The line has been dead", " since Monday, and", " nobody has called me back.")


@pytest.fixture
async def intake(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await intake_for(start_service, tmp_path, account("vonage-sms"), account("kannel-sms"))


def vonage(number: int, text: str = "", ref: int = 7, total: int = 3, key: str = "") -> Request:
    body = {
        "msisdn": "8613800138000",
        "to": "447700900001",
        "messageId": key or f"{ref}-{number}",
        "text": text or TEXTS[number - 1],
        "type": "text",
        "concat": "true",
        "concat-ref": str(ref),
        "concat-total": str(total),
        "concat-part": str(number),
    }
    return fixture("vonage-sms")._replace(body=json.dumps(body).encode())


def kannel(number: int, text: str, *, header: bytes = b"", meta: str = "") -> Request:
    fields = urlencode(
        {"from": "13800138000", "to": "10086", "text": text, "id": f"k{number}", "charset": "UTF-8"}
    )
    query = f"{fields}&udh={quote_from_bytes(header)}&meta={quote_from_bytes(meta.encode())}"
    return fixture("kannel-sms")._replace(query=query)


async def send(intake: ServiceUnderTest, *requests: Request) -> None:
    for request in requests:
        assert (await call(intake, request)).status_code == 200


async def texts(intake: ServiceUnderTest) -> list[str]:
    told = await intake.said(ComplaintReceived) + await intake.said(ContactAttached)
    assert len(told) == len(await intake.rows("SELECT 1 FROM contact"))
    return [row["text"] for row in await intake.rows("SELECT text FROM contact ORDER BY serial")]


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
async def test_every_order_gives_the_same_complaint(intake: ServiceUnderTest, order: Sequence[int]) -> None:
    await send(intake, *(vonage(number) for number in order[:2]))
    assert await texts(intake) == []
    await send(intake, vonage(order[2]))
    assert await texts(intake) == ["".join(TEXTS)]


async def test_a_restart_between_the_parts_loses_nothing(intake: ServiceUnderTest) -> None:
    await send(intake, vonage(3), vonage(1))
    restarted = another_process(intake)
    try:
        await send(restarted, vonage(2))
    finally:
        await restarted.close()
    assert await texts(intake) == ["".join(TEXTS)]


async def test_all_parts_five_times_at_the_same_time_are_one_complaint(intake: ServiceUnderTest) -> None:
    answers = await asyncio.gather(*[call(intake, vonage(number)) for number in (1, 2, 3) * 5])
    assert {answer.status_code for answer in answers} == {200}
    assert await texts(intake) == ["".join(TEXTS)]
    assert await intake.let_pass(timedelta(hours=1)) == 0


async def test_two_long_messages_with_one_reference_on_their_way_at_once_stay_two(
    intake: ServiceUnderTest,
) -> None:
    await send(intake, vonage(1, "a1", total=2, key="a1"), vonage(1, "b1", total=2, key="b1"))
    await send(intake, vonage(2, "a2", total=2, key="a2"), vonage(2, "b2", total=2, key="b2"))
    assert await texts(intake) == ["a1a2", "b1b2"]


async def test_references_lengths_and_senders_keep_messages_apart(intake: ServiceUnderTest) -> None:
    other_sender = vonage(2, "z", total=2, key="z").saying("8613800138000", "8613900139000")
    await send(
        intake, vonage(1, "a", total=2), vonage(2, "b", ref=8, total=2), vonage(2, "c", total=3, key="c")
    )
    await send(intake, other_sender)
    assert await texts(intake) == []
    await send(intake, vonage(2, "d", total=2))
    assert await texts(intake) == ["ad"]


async def test_what_is_missing_after_the_time_is_said_and_filled_in_when_it_comes(
    intake: ServiceUnderTest,
) -> None:
    await send(intake, vonage(1), vonage(3))
    assert await intake.let_pass(timedelta(minutes=9)) == 0
    assert await intake.let_pass(timedelta(minutes=2)) == 1
    assert await texts(intake) == [TEXTS[0] + "[part 2 missing]" + TEXTS[2]]
    await send(intake, vonage(2), vonage(2))
    assert await texts(intake) == ["".join(TEXTS)]
    assert await intake.let_pass(timedelta(hours=1)) == 0


async def test_how_long_missing_parts_are_waited_for_is_policy(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = "[intake]\nversion='t'\n[intake.parts]\nwait=60"
    intake = await intake_for(start_service, tmp_path, account("vonage-sms"), policy=policy)
    await send(intake, vonage(1))
    assert await intake.let_pass(timedelta(minutes=2)) == 1
    assert len(await texts(intake)) == 1


async def test_a_crash_between_the_last_part_and_the_complaint_is_mended_by_provider_or_timer(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(_contact: object) -> None:
        raise ConnectionResetError

    await send(intake, vonage(1, ref=1, total=2), vonage(1, ref=2, total=2))
    with monkeypatch.context() as patch:
        patch.setattr(intake.service.app.state.accepting, "submit", dies)
        assert (await call(intake, vonage(2, ref=1, total=2))).status_code == 503
        assert (await call(intake, vonage(2, ref=2, total=2))).status_code == 503
    await send(intake, vonage(2, ref=1, total=2))
    assert await texts(intake) == [TEXTS[0] + TEXTS[1]]
    assert await intake.let_pass(timedelta(hours=1)) == 1
    assert await texts(intake) == [TEXTS[0] + TEXTS[1]] * 2


async def test_the_longest_message_there_can_be_is_taken_whole_and_with_gaps(
    intake: ServiceUnderTest,
) -> None:
    piece = "x" * 153
    for number in range(1, 256):
        await send(intake, vonage(number, piece, total=255))
    await send(intake, vonage(255, piece, ref=8, total=255, key="alone"))
    await intake.let_pass(timedelta(minutes=11))
    whole, gaps = await texts(intake)
    assert (len(whole), gaps.count("missing")) == (255 * 153, 254)


async def test_a_part_that_is_longer_than_any_part_is_parked(intake: ServiceUnderTest) -> None:
    await send(intake, vonage(1, "x" * 161))
    assert await intake.rows("SELECT 1 FROM message_part") == []
    assert len(await intake.rows("SELECT 1 FROM parked_payload")) == 1


async def test_a_message_from_before_our_time_counts_without_its_clock(
    start_service: StartService, tmp_path: Path
) -> None:
    policy = "[intake]\nversion='t'\n[intake.door]\nearliest=2026-11-21T00:00:00Z"
    intake = await intake_for(start_service, tmp_path, account("vonage-sms"), policy=policy)
    await send(intake, fixture("vonage-sms"))
    [row] = await intake.rows("SELECT occurred_at = received_at AS now FROM contact")
    assert row["now"]


@pytest.mark.parametrize("wide", [False, True])
async def test_kannel_parts_are_known_by_their_user_data_header(intake: ServiceUnderTest, wide: bool) -> None:
    start = b"\x06\x08\x04\x01" if wide else b"\x05\x00\x03"
    await send(
        intake,
        kannel(2, "修", header=start + b"\x2a\x02\x02"),
        kannel(1, "没人", header=start + b"\x2a\x02\x01"),
    )
    assert await texts(intake) == ["没人修"]


async def test_kannel_parts_are_known_by_segment_fields_too(intake: ServiceUnderTest) -> None:
    def meta(number: int) -> str:
        return f"?smpp?sar_msg_ref_num=300&sar_total_segments=2&sar_segment_seqnum={number}&"

    await send(intake, kannel(2, "back", meta=meta(2)), kannel(1, "call ", meta=meta(1)))
    assert await texts(intake) == ["call back"]


async def test_a_part_whose_numbers_make_no_sense_stands_for_itself(intake: ServiceUnderTest) -> None:
    await send(intake, vonage(1, "whole", total=1), vonage(5, "fifth of two", total=2))
    assert await texts(intake) == ["whole", "fifth of two"]


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("050003ff0301", PartOf(255, 3, 1)),
        ("060804012c0302", PartOf(300, 3, 2)),
        ("0b0504158200000003070201", PartOf(7, 2, 1)),
        ("", None),
        ("05", None),
        ("050003", None),
        ("0500030701", None),
        ("050003070102", None),
        ("050003070200", None),
        ("00", None),
    ],
)
def test_a_header_names_a_part_or_none(header: str, part: PartOf | None) -> None:
    assert read_header(bytes.fromhex(header)) == part


@STEADY
@given(st.binary(max_size=40))
def test_no_header_whatever_breaks_the_reader(header: bytes) -> None:
    part = read_header(header)
    assert part is None or part == sensible(part)


@STEADY
@given(st.lists(st.text(min_size=1, max_size=5), min_size=2, max_size=6), st.randoms())
def test_any_order_with_any_repetition_gives_the_same_text(pieces: list[str], random: object) -> None:
    numbers = list(range(1, len(pieces) + 1)) * 2
    random.shuffle(numbers)  # type: ignore[attr-defined]
    parts: dict[int, str] = {}
    for number in numbers:
        assert is_complete(parts, len(pieces)) == (len(parts) == len(pieces))
        parts[number] = pieces[number - 1]
    assert is_complete(parts, len(pieces))
    assert joined(parts, len(pieces)) == "".join(pieces)


def test_a_part_goes_to_the_oldest_message_that_lacks_it() -> None:
    old, young = Gathering("old", {1: "a", 2: "b"}), Gathering("young", {1: "c"})
    assert choose_gathering(3, [old, young]) == "old"
    assert choose_gathering(2, [old, young]) == "young"
    assert choose_gathering(1, [old, young]) is None
