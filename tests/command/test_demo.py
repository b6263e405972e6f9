"""`redress up --demo`: it ends by itself, its journeys are whole, and its people know nothing but HTTP."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pytest
from rich.cells import cell_len
from rich.console import Console

from services.command.demo.complaints import demo_complaints
from services.command.demo.news_words import DETAILS, time_left
from services.command.demo.picture import news_of, picture
from shared.events.vocabulary import ClosingGround, PromiseKind, ReopenReason, WithholdReason
from shared.runtime.embedded import EmbeddedPostgres
from tests.waiting import eventually

from .running import Up, folder_that_goes, processes_in, redress

pytestmark = pytest.mark.timeout(300)

DEMO = Path(__file__).parents[2] / "services" / "command" / "demo"


class Demo(NamedTuple):
    """The demonstration after its end."""

    data: Path
    done: subprocess.CompletedProcess[str]

    def last_summary(self) -> str:
        """The last line of counts."""
        return [line for line in self.done.stdout.splitlines() if "投诉 complaints" in line][-1]


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """Run once for all tests."""
    with folder_that_goes("redress-demo-") as folder:
        yield Demo(folder / "data", demonstrate(folder / "data"))


def demonstrate(data: Path) -> subprocess.CompletedProcess[str]:
    return redress("up", "--demo", "--exit", "--data", str(data), "--port", "0", timeout=280)


def count_of(summary: str, words: str) -> int:
    """The number behind words in a line of counts, 0 where they are missing."""
    return next((int(part.rsplit(" ", 1)[1]) for part in summary.split(" | ") if part.startswith(words)), 0)


def test_the_demo_ends_by_itself_with_every_complaint_closed(demo: Demo) -> None:
    assert demo.done.returncode == 0, demo.done.stderr
    assert demo.done.stderr == ""
    assert "全部演示投诉已办结" in demo.done.stdout
    assert demo.last_summary().startswith("60 件投诉 complaints | 已办结 closed 60 |")


@pytest.mark.parametrize(
    "words",
    [
        "时限预警 promise at risk",
        "超时 promise broken",
        "升级 escalated",
        "重新受理 reopened",
        "回访答复 answered",
        "未答复 no answer",
        "办结 closed",
        "可推荐 offer proposed",
        "不打扰 offer withheld",
    ],
)
def test_every_kind_of_fact_is_seen_on_the_way(demo: Demo, words: str) -> None:
    assert count_of(demo.last_summary(), words) >= 1


def test_every_closed_complaint_has_a_decision_about_an_offer(demo: Demo) -> None:
    line = demo.last_summary()
    assert count_of(line, "可推荐 offer proposed") + count_of(line, "不打扰 offer withheld") == 60


def test_its_log_is_in_the_folder_and_holds_no_failure(demo: Demo) -> None:
    log = (demo.data / "redress.log").read_text(encoding="utf-8")
    assert '"service.started"' in log
    assert "Traceback" not in log
    assert '"level": "error"' not in log


async def test_a_second_run_on_its_folder_ends_at_once_and_creates_nothing(demo: Demo) -> None:
    before = await ids(demo.data)
    again = demonstrate(demo.data)
    assert again.returncode == 0, again.stderr
    assert len(before) == 60
    assert await ids(demo.data) == before


async def test_ctrl_c_in_the_terminal_reaches_the_demo_too_and_ends_everything_in_order() -> None:
    with folder_that_goes("redress-demo-") as folder:
        up = Up(folder, "--demo", REDRESS_LOG_LEVEL="INFO")
        try:
            await up.start()
            await eventually(lambda: "件投诉 complaints" in up.process.log())
            assert up.process.interrupt() == 0
            assert processes_in(folder) == []
        finally:
            up.end()
        assert "Traceback" not in up.process.log()
        log = (up.data / "redress.log").read_text(encoding="utf-8")
        assert "Traceback" not in log
        assert log.count('"service.stopped"') == 6


async def ids(data: Path) -> set[str]:
    """The complaints that intake's database holds."""
    with EmbeddedPostgres(data / "postgres") as server:
        connection = await asyncpg.connect(server.url("intake").replace("+asyncpg", ""))
        try:
            return {str(row[0]) for row in await connection.fetch("SELECT complaint_id FROM complaint")}
        finally:
            await connection.close()


@pytest.mark.parametrize(
    "module", ["__main__", "addresses", "board", "complaints", "news_words", "people", "phones", "picture"]
)
def test_the_demos_people_and_its_board_know_nothing_but_http(module: str) -> None:
    allowed = {"asyncio", "collections", "contextlib", "dataclasses", "enum", "json", "os", "pathlib"}
    allowed |= {"random", "re", "socket", "sys", "typing", "uuid"}
    allowed |= {"httpx", "rich", "starlette", "uvicorn"}
    for node in ast.walk(ast.parse((DEMO / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module is not None
            assert node.module.split(".")[0] in allowed
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1, "only its own neighbours"


def test_the_demo_has_sixty_complaints_of_every_channel_and_some_customers_who_complain_again() -> None:
    complaints = demo_complaints()
    assert len({str(complaint.body) for complaint in complaints}) == len(complaints) == 60
    assert {complaint.channel for complaint in complaints} == {"web", "sms", "phone"}
    assert len({complaint.phone for complaint in complaints}) < 60


def row(**changes: Any) -> dict[str, Any]:
    return {
        "receipt_number": "R26112200000456",
        "channel": "phone",
        "severity": "S3",
        "grade": "S",
        "repeat_index": 2,
        "owner_name": "关怀专员一 Care desk 1",
        "status": "ACKNOWLEDGED",
        "next_promise": {"kind": "CONTACT", "state": "AT_RISK", "seconds_left": 167.6},
    } | changes


def drawn(rows: list[dict[str, Any]], width: int, height: int = 24, **counts: int) -> list[str]:
    console = Console(file=StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    with console.capture() as capture:
        console.print(picture(console, rows, counts, {"sla"}, []))
    return capture.get().splitlines()


@pytest.mark.parametrize("width", [80, 100, 160])
def test_a_row_of_the_board_is_whole_at_80_columns_and_wider(width: int) -> None:
    lines = drawn([row()], width, offer_withheld=33, promise_at_risk=57, satisfaction_answered=56)
    shown = next(line for line in lines if line.startswith("R26112200000456 phone S3×S↻"))
    assert "联系 contact +168 s  已回执 receipted" in shown
    assert max(cell_len(line) for line in lines) <= width


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (46, " +46 s"),
        (-12, " -12 s"),
        (3599, "+3599 s"),
        (7200, "  +2 h"),
        (1295900, "+360 h"),
        (9e6, "+104 d"),
    ],
)
def test_a_time_that_is_left_is_at_most_seven_columns_wide(seconds: float, shown: str) -> None:
    assert time_left(seconds) == shown


def test_a_promise_weeks_away_is_whole_on_the_board() -> None:
    regulator = {"kind": "REGULATOR", "state": "MADE", "seconds_left": 1295900.0}
    assert "监管 rule    +360 h" in "\n".join(drawn([row(next_promise=regulator)], 80))


def test_every_code_that_the_news_may_name_has_words_in_both_languages() -> None:
    offers = tomllib.loads(Path("services/marketing/default_policy.toml").read_text(encoding="utf-8"))[
        "offers"
    ]
    codes = {*WithholdReason, *ClosingGround, *ReopenReason, *PromiseKind, *offers}
    assert not codes - DETAILS.keys()
    assert all(re.fullmatch(r"[\u4e00-\u9fff]+ [a-z ]+", words) for words in DETAILS.values())


def test_news_are_told_in_words_and_not_in_codes() -> None:
    told = [
        (
            {"type": "redress.marketing.offer_withheld.v1", "data": {"reasons": ["OF-7", "CAP-1"]}},
            "未同意 no consent、已推荐过",
        ),
        (
            {"type": "redress.routing.complaint_closed.v1", "data": {"ground": "CONFIRMED"}},
            "客户确认 confirmed",
        ),
        ({"type": "redress.marketing.offer_proposed.v1", "data": {"template": "own_offer"}}, "own_offer"),
    ]
    for event, words in told:
        assert words in news_of(event, "R1").plain


def test_a_promise_that_is_late_counts_below_zero() -> None:
    late = {"kind": "UPDATE", "state": "MADE", "seconds_left": -12.0}
    assert "进展 news     -12 s" in "\n".join(drawn([row(next_promise=late)], 80))


def test_the_board_has_room_for_the_addresses_above_it_and_shows_what_moves_first() -> None:
    rows = [row(receipt_number=f"R{n:014d}", status="CLOSED" if n % 2 else "ASSIGNED") for n in range(60)]
    lines = drawn(rows, 100, height=35)
    shown = [line for line in lines if line.startswith("R0")]
    assert len(lines) + 8 + 5 <= 35
    assert shown
    assert all("有专人 assigned" in line for line in shown)


def test_the_board_says_which_service_does_not_answer() -> None:
    assert "无应答 no answer from: sla" in drawn([], 80)
