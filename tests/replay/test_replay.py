"""Whole replays over real HTTP: every row is accounted for, once, whatever happens on the way."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from starlette.responses import JSONResponse, Response
from uuid_utils.compat import uuid7

from services.command.replay.command import exit_code
from services.command.replay.conservation import Finding, Place
from services.command.replay.make_contact import Dated
from services.command.replay.post_rows import LANES
from services.command.replay.replay_error import ReplayError
from services.command.replay.tally import Outcome
from tests.waiting import eventually

from .fake_services import FakeServices
from .replaying import WEB, WITHOUT_ID, rejected_in, replay_file

DATED = WEB + '[occurred_at]\ncolumns = ["when"]\nformats = ["%d/%m/%Y", "%m/%d/%Y"]\nzone = "UTC"\n'
BUSY = Response(status_code=503, headers={"Retry-After": "0"})


@asynccontextmanager
async def interrupting(condition: Callable[[], bool]) -> AsyncIterator[None]:
    """Press Ctrl-C as soon as the condition holds."""

    async def press() -> None:
        await eventually(condition)
        os.kill(os.getpid(), signal.SIGINT)

    pressing = asyncio.create_task(press())
    yield
    await pressing


def letters(count: int) -> str:
    """A file of so many complaints."""
    return "id,text\n" + "".join(f"{number},complaint {number}\n" for number in range(1, count + 1))


async def test_every_row_becomes_a_complaint_that_arrives_everywhere(
    tmp_path: Path, fake: FakeServices
) -> None:
    report = await replay_file(tmp_path, fake.address, letters(100))
    assert (report.tally.read, report.tally.outcomes[Outcome.CREATED]) == (100, 100)
    assert report.balances
    assert exit_code(report) == 0
    assert report.ledger is not None
    assert [report.ledger.arrived(place) for place in Place] == [100] * 4


async def test_a_second_replay_creates_nothing(tmp_path: Path, fake: FakeServices) -> None:
    for mapping in (WEB, WITHOUT_ID.replace("letters", "others")):
        await replay_file(tmp_path, fake.address, letters(50) + "7,complaint 7\n", mapping)
        before = len(fake.taken)
        again = await replay_file(tmp_path, fake.address, letters(50) + "7,complaint 7\n", mapping)
        assert again.tally.outcomes == {Outcome.ALREADY_KNOWN: 51}
        assert len(fake.taken) == before
        assert again.balances


async def test_identical_rows_without_id_are_complaints_of_their_own(
    tmp_path: Path, fake: FakeServices
) -> None:
    report = await replay_file(tmp_path, fake.address, "id,text\n" + "1,same\n" * 5, WITHOUT_ID)
    assert report.tally.outcomes == {Outcome.CREATED: 5}


async def test_a_row_repeated_with_its_id_is_the_same_contact(tmp_path: Path, fake: FakeServices) -> None:
    report = await replay_file(tmp_path, fake.address, "id,text\n" + "1,same\n" * 5)
    assert report.tally.outcomes == {Outcome.CREATED: 1, Outcome.ALREADY_KNOWN: 4}
    assert report.balances


async def test_rows_that_cannot_be_taken_are_listed_with_line_and_reason_and_without_their_text(
    tmp_path: Path, fake: FakeServices
) -> None:
    fake.refuse = lambda body: (
        JSONResponse({"errors": [{"field": "text", "message": "is not nice"}]}, 422)
        if "refused" in body["text"]
        else None
    )
    content = (
        "id,text,when\n"
        "1,fine,18/04/2015\n"
        "2,secret,04/05/2015\n"
        "3,secret,soon\n"
        '4," ",18/04/2015\n'
        "5,secret\n"
        "6,secret refused,18/04/2015\n"
        "1,secret other,18/04/2015\n"
        '7,"fine\ntoo",04/18/2015\n'
    )
    report = await replay_file(tmp_path, fake.address, content, DATED)
    assert sorted(rejected_in(tmp_path)) == [
        ("3", "AMBIGUOUS_DATE", "when"),
        ("4", "BAD_DATE", "when"),
        ("5", "EMPTY_TEXT", "text"),
        ("6", "WRONG_COLUMN_COUNT", ""),
        ("7", "REFUSED_BY_INTAKE", "text"),
        ("8", "SAME_ID_OTHER_CONTENT", ""),
    ]
    assert (report.tally.read, report.tally.outcomes[Outcome.CREATED]) == (8, 2)
    assert report.tally.dated[Dated.AMBIGUOUS] == 1
    assert report.balances
    assert "secret" not in (tmp_path / "rejects.csv").read_text(encoding="utf-8")


async def test_ambiguous_dates_are_counted_also_where_they_are_omitted(
    tmp_path: Path, fake: FakeServices
) -> None:
    mapping = DATED + 'ambiguous_dates = "omit"\n'
    report = await replay_file(tmp_path, fake.address, "id,text,when\n1,a,04/05/2015\n", mapping)
    assert report.as_json()["dates"] == {"none": 0, "ambiguous": 1, "unreadable": 0}
    assert "occurred_at" not in fake.bodies[0]


async def test_a_busy_intake_takes_every_row_once(tmp_path: Path, fake: FakeServices) -> None:
    fake.answers = [BUSY] * 40
    report = await replay_file(tmp_path, fake.address, letters(60))
    assert report.tally.outcomes == {Outcome.CREATED: 60}
    assert len(fake.bodies) == 60
    assert report.balances


async def test_a_slow_intake_has_a_bounded_number_of_rows_under_way(
    tmp_path: Path, fake: FakeServices
) -> None:
    fake.delay = 0.05
    report = await replay_file(tmp_path, fake.address, letters(150))
    assert report.balances
    assert 1 < fake.most_under_way <= LANES


async def test_rows_of_one_customer_are_posted_in_the_order_of_the_file(
    tmp_path: Path, fake: FakeServices
) -> None:
    fake.delay = 0.002
    content = "id,text,who\n" + "".join(f"{n},complaint {n},C{n % 3}\n" for n in range(90))
    await replay_file(tmp_path, fake.address, content, WEB + '[customer]\nexternal_id = "who"\n')
    for customer in ("C0", "C1", "C2"):
        numbers = [
            int(body["text"].split()[1])
            for body in fake.bodies
            if body["customer"]["external_id"] == customer
        ]
        assert numbers == sorted(numbers)
        assert len(numbers) == 30


async def test_a_rate_is_kept(tmp_path: Path, fake: FakeServices) -> None:
    report = await replay_file(tmp_path, fake.address, letters(21), rate=100)
    assert report.seconds >= 0.2
    assert report.balances


@pytest.mark.parametrize(
    ("place", "finding"),
    [
        (Place.RECEIVED, Finding.NOT_RECEIVED),
        (Place.OWNED, Finding.NOT_OWNED),
        (Place.PROMISED, Finding.NOT_PROMISED),
        (Place.ACKNOWLEDGED, Finding.NOT_ACKNOWLEDGED),
    ],
)
async def test_a_complaint_lost_on_its_way_is_named(
    tmp_path: Path, fake: FakeServices, place: Place, finding: Finding
) -> None:
    def is_the_fifth(complaint_id: UUID) -> bool:
        return complaint_id == sorted(fake.taken.values())[4]

    fake.lost[place] = is_the_fifth
    report = await replay_file(tmp_path, fake.address, letters(20))
    assert [(one.finding, one.ids) for one in report.differences] == [
        (finding, (sorted(fake.taken.values())[4],))
    ]
    assert exit_code(report) == 1


async def test_a_receipt_that_failed_is_named_without_waiting_for_it(
    tmp_path: Path, fake: FakeServices
) -> None:
    fake.receipt = lambda _id: {"state": "FAILED", "reason": "550"}
    report = await replay_file(tmp_path, fake.address, letters(3), timeout=60)
    assert [(one.finding, one.total) for one in report.differences] == [(Finding.RECEIPT_FAILED, 3)]


async def test_a_complaint_made_up_on_its_way_is_named(tmp_path: Path, fake: FakeServices) -> None:
    ghost = UUID(int=uuid7().int)

    def haunt(body: dict[str, Any]) -> None:
        nonlocal ghost
        if body["text"] == "complaint 2":
            ghost = UUID(int=uuid7().int)
            fake.made_up[Place.OWNED] = [{"complaint_id": str(ghost), "owner_id": "a1"}]

    fake.refuse = haunt
    of_one_customer = WEB + '[customer]\nname = "text"\nexternal_id = "who"\n'
    content = "id,text,who\n" + "".join(f"{n},complaint {n},C1\n" for n in (1, 2, 3))
    report = await replay_file(tmp_path, fake.address, content, of_one_customer)
    assert [(one.finding, one.ids) for one in report.differences] == [
        (Finding.OWNED_BUT_NEVER_RECEIVED, (ghost,))
    ]


async def test_slow_services_are_waited_for(tmp_path: Path, fake: FakeServices) -> None:
    fake.lost[Place.OWNED] = lambda _id: fake.looks[Place.OWNED] < 4
    report = await replay_file(tmp_path, fake.address, letters(5), timeout=30)
    assert report.balances


async def test_services_that_get_on_are_waited_for_longer_than_the_timeout(
    tmp_path: Path, fake: FakeServices
) -> None:
    fake.lost[Place.OWNED] = lambda one: sorted(fake.taken.values()).index(one) >= fake.looks[Place.OWNED]
    report = await replay_file(tmp_path, fake.address, letters(8), timeout=0.25)
    assert report.waited > 0.25
    assert report.balances


async def test_more_complaints_than_fit_on_a_page_are_compared(tmp_path: Path, fake: FakeServices) -> None:
    fake.taken = {("web", f"other {n}"): UUID(int=uuid7().int) for n in range(1500)}
    await replay_file(tmp_path, fake.address, letters(1))
    fake.taken |= {("web", f"more {n}"): UUID(int=uuid7().int) for n in range(1500)}
    report = await replay_file(tmp_path, fake.address, letters(2))
    assert report.balances


async def test_a_service_that_is_down_is_named_and_all_its_complaints_are_missing(
    tmp_path: Path, fake: FakeServices
) -> None:
    addresses = dict.fromkeys(Place, fake.address) | {Place.PROMISED: "http://127.0.0.1:1"}
    report = await replay_file(tmp_path, fake.address, letters(4), addresses=addresses)
    assert "nobody answers at http://127.0.0.1:1" in report.silent[Place.PROMISED]
    assert [(one.finding, one.total) for one in report.differences] == [(Finding.NOT_PROMISED, 4)]


async def test_a_token_is_sent_to_doors_and_lists(tmp_path: Path, fake: FakeServices) -> None:
    fake.token = "a-token-of-sixteen-letters"
    assert (await replay_file(tmp_path, fake.address, letters(3), token=fake.token)).balances
    with pytest.raises(ReplayError, match="REDRESS_API_TOKEN"):
        await replay_file(tmp_path, fake.address, letters(3))


async def test_without_a_server_nothing_begins(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match=r"nobody answers at http://127\.0\.0\.1:1"):
        await replay_file(tmp_path, "http://127.0.0.1:1", letters(1))
    assert not (tmp_path / "rejects.csv").exists()


async def test_an_intake_that_goes_away_stops_the_replay_and_another_goes_on(
    tmp_path: Path, fake: FakeServices
) -> None:
    fake.refuse = lambda _body: BUSY if len(fake.bodies) >= 40 else None
    stopped = await replay_file(tmp_path, fake.address, letters(100), patience=0.2)
    assert stopped.trouble is not None
    assert "took nothing" in stopped.trouble
    assert exit_code(stopped) == 1
    assert stopped.tally.outcomes.total() == 40
    assert stopped.stopped_at is not None
    done = {int(body["contact_key"].rpartition(":")[2]) for body in fake.bodies}
    assert set(range(1, stopped.stopped_at)) <= done
    fake.refuse = lambda _body: None
    again = await replay_file(tmp_path, fake.address, letters(100))
    assert again.tally.outcomes == {Outcome.CREATED: 60, Outcome.ALREADY_KNOWN: 40}
    assert again.balances


async def test_ctrl_c_ends_cleanly_and_says_where(tmp_path: Path, fake: FakeServices) -> None:
    async with interrupting(lambda: fake.posts >= 10):
        stopped = await replay_file(tmp_path, fake.address, letters(5000), rate=200)
    assert exit_code(stopped) == 130
    assert stopped.tally.unanswered == 0
    assert stopped.stopped_at == stopped.tally.read + 1
    assert len(fake.bodies) == stopped.tally.read
    assert f"line {stopped.stopped_at} is done" in stopped.as_text("en")


async def test_ctrl_c_does_not_wait_for_an_intake_that_hangs(
    tmp_path: Path, fake: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.command.replay.post_rows.GRACE", 0.1)
    fake.delay = 60
    async with interrupting(lambda: fake.posts >= 10):
        stopped = await replay_file(tmp_path, fake.address, letters(500))
    assert stopped.tally.unanswered == stopped.tally.read > 0
    assert stopped.stopped_at == 1


async def test_ctrl_c_while_waiting_for_the_services_still_reports(
    tmp_path: Path, fake: FakeServices
) -> None:
    fake.lost[Place.OWNED] = lambda _id: True
    async with interrupting(lambda: fake.looks[Place.OWNED] >= 2):
        report = await replay_file(tmp_path, fake.address, letters(2), timeout=60)
    assert [(one.finding, one.total) for one in report.differences] == [(Finding.NOT_OWNED, 2)]


async def test_a_file_with_a_header_alone_balances(tmp_path: Path, fake: FakeServices) -> None:
    report = await replay_file(tmp_path, fake.address, "id,text\n")
    assert (report.tally.read, report.balances) == (0, True)
