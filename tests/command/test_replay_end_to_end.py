"""Real complaints replayed through real services: the books balance, twice, and they show it when one is lost."""

import csv
import json
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from services.command.registry import SERVICES
from shared.runtime.embedded import EmbeddedPostgres
from tests.faults.installation import Apart
from tests.kafka.fixtures import StartBroker

from .running import Up, folder_that_goes, redress

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SAMPLES = ROOT.parent / "shared" / "data"
ROWS = {"telecom_complaints_en": 1132, "public_messages_zh": 2000}
ROWS_APART = 300


def sample(name: str) -> Path:
    """A file of real complaints; skips where it is not."""
    path = SAMPLES / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"the sample data are not at {SAMPLES}")
    return path


def replay(file: Path, mapping: Path, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Replay as the user does; the exit code and the report."""
    done = redress(
        "replay",
        str(file),
        "--mapping",
        str(mapping),
        "--rejects",
        str(folder / "rejects.csv"),
        "--json",
        *options,
        timeout=240,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def balances(answer: tuple[int, dict[str, Any]], *, created: int, already_known: int) -> None:
    """Check the exit code, and that every complaint of the file is in every service's books."""
    code, report = answer
    rows = report["rows"]
    # Who says the same again is attached to the open complaint (REP-1).
    assert (rows["created"] + rows["attached"], rows["already_known"]) == (created, already_known)
    assert rows["read"] == created + already_known
    assert (report["differences"], report["silent"]) == ([], {})
    assert {report["complaints"][place] for place in ("received", "owned", "promised", "acknowledged")} == {
        report["complaints"]["of_this_file"]
    }
    assert report["balances"]
    assert code == 0


async def execute(url: str, statement: str, *values: object) -> list[Any]:
    """The first column of what a statement gives."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return [row[0] for row in await connection.fetch(statement, *values)]
    finally:
        await connection.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def up() -> AsyncIterator[Up]:
    """Everything in one process, with the event log in PostgreSQL."""
    with folder_that_goes("redress-replay-") as folder:
        running = Up(folder)
        try:
            await running.start()
            yield running
        finally:
            running.end()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def apart(start_kafka: StartBroker) -> AsyncIterator[Apart]:
    """A process and a database per service, on a broker of their own; their addresses are in a file."""
    broker = start_kafka({})
    with folder_that_goes("redress-replay-") as folder:
        installation = Apart(folder, broker.bootstrap)
        try:
            await installation.start()
            where = {name: installation.address(name) for name in SERVICES}
            (folder / "addresses.json").write_text(json.dumps(where), encoding="utf-8")
            yield installation
        finally:
            await installation.stop()


@pytest.mark.parametrize("name", ROWS)
async def test_a_whole_file_balances_in_one_process_and_again_creates_nothing(
    up: Up, tmp_path: Path, name: str
) -> None:
    file = sample(name)
    first = replay(file, EXAMPLES / f"{name}.toml", tmp_path, "--data", str(up.data))
    balances(first, created=ROWS[name], already_known=0)
    second = replay(file, EXAMPLES / f"{name}.toml", tmp_path, "--data", str(up.data))
    balances(second, created=0, already_known=ROWS[name])
    complaints = [report["complaints"]["of_this_file"] for _, report in (first, second)]
    assert complaints == [first[1]["rows"]["created"]] * 2


@pytest.mark.parametrize(
    ("service", "table", "finding"),
    [
        ("routing", "complaint", "NOT_OWNED"),
        ("sla", "promise", "NOT_PROMISED"),
        ("notify", "intent", "NOT_ACKNOWLEDGED"),
    ],
)
async def test_a_complaint_that_a_service_lost_is_named(
    up: Up, tmp_path: Path, service: str, table: str, finding: str
) -> None:
    assert replay_three(up, tmp_path, service)[0] == 0
    lost = await lose(up, f"{service}-1", service, table)
    code, report = replay_three(up, tmp_path, service)
    assert code == 1
    assert report["differences"] == [{"finding": finding, "count": 1, "ids": [lost]}]


async def test_a_complaint_that_intake_lost_is_a_row_at_which_it_fails(up: Up, tmp_path: Path) -> None:
    assert replay_three(up, tmp_path, "intake")[0] == 0
    await lose(up, "intake-1", "intake", "complaint")
    code, report = replay_three(up, tmp_path, "intake")
    assert code == 1
    assert report["differences"] == [{"finding": "ROWS_FAILED", "count": 1, "ids": []}]


def replay_three(up: Up, folder: Path, name: str) -> tuple[int, dict[str, Any]]:
    """Replay a small file of our own."""
    file, mapping = folder / "three.csv", folder / "three.toml"
    file.write_text("id,text\n" + "".join(f"{name}-{n},Charged twice again\n" for n in range(3)))
    mapping.write_text(
        'source = "three"\n[text]\ncolumns = ["text"]\n[contact]\nid = "id"\n[channel]\ndefault = "web"\n'
    )
    return replay(file, mapping, folder, "--data", str(up.data), "--timeout", "2")


async def lose(up: Up, row_id: str, service: str, table: str) -> str:
    """Delete what a service has of the complaint of a row; the complaint's id."""
    server = EmbeddedPostgres.attach(up.data / "postgres")
    known = "SELECT complaint_id FROM contact WHERE contact_key LIKE $1"
    (complaint,) = await execute(server.url("intake"), known, f"%{row_id}")
    gone = f"DELETE FROM {table} WHERE complaint_id = $1 RETURNING complaint_id"
    assert await execute(server.url(service), gone, complaint)
    return str(complaint)


@pytest.mark.kafka
@pytest.mark.parametrize("name", ROWS)
async def test_a_file_balances_with_a_process_and_a_database_per_service_and_again_creates_nothing(
    apart: Apart, tmp_path: Path, name: str
) -> None:
    file = tmp_path / f"{name}.csv"
    with (
        sample(name).open(encoding="utf-8-sig", newline="") as whole,
        file.open("w", encoding="utf-8", newline="") as part,
    ):
        csv.writer(part).writerows(islice(csv.reader(whole), 1 + ROWS_APART))
    addresses = ["--addresses", str(apart.folder / "addresses.json")]
    first = replay(file, EXAMPLES / f"{name}.toml", tmp_path, *addresses)
    balances(first, created=ROWS_APART, already_known=0)
    second = replay(file, EXAMPLES / f"{name}.toml", tmp_path, *addresses)
    balances(second, created=0, already_known=ROWS_APART)


async def test_a_message_that_only_refuses_offers_is_listed_and_the_books_balance(
    up: Up, tmp_path: Path
) -> None:
    file, mapping = tmp_path / "texts.csv", tmp_path / "mapping.toml"
    file.write_text("id,text,number\n1,td,n1\n2,话费多扣了三十元,n2\n3,退订,n3\n", encoding="utf-8")
    mapping.write_text(
        'source = "texts"\n[text]\ncolumns = ["text"]\n[contact]\nid = "id"\n'
        '[customer]\nexternal_id = "number"\n[sender]\ndefault = "unknown"\n[channel]\ndefault = "sms"\n',
        encoding="utf-8",
    )
    code, report = replay(file, mapping, tmp_path, "--data", str(up.data))
    assert (code, report["balances"]) == (0, True)
    assert (report["rows"]["created"], report["rejected"]) == (1, {"REFUSES_OFFERS": 2})
    assert report["stopped"] is None
