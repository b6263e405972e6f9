"""Attachments: streamed with limits, known by content, in quarantine until a scanner says clean; nobody waits for them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.intake.attachments import Attachments
from services.intake.clamav import ScannerError
from services.intake.know_type import know_type
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import post, read

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
PDF = b"%PDF-1.7\n" + b"x" * 1000
EICAR = PDF + rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

Start = Callable[..., Awaitable[ServiceUnderTest]]


@pytest.fixture
def start(start_service: StartService, tmp_path: Path) -> Start:
    """Call it for an intake that keeps files in a folder."""

    async def started(policy: str = "", **settings: Any) -> ServiceUnderTest:
        return await start_service("intake", policy, attachments_url=f"file://{tmp_path}/files", **settings)

    return started


async def complaint(intake: ServiceUnderTest) -> str:
    return str((await post(intake)).json()["complaint_id"])


async def add(intake: ServiceUnderTest, to: str, content: Any, name: str = "bill.png") -> httpx.Response:
    path = f"/intake/v1/complaints/{to}/attachments"
    return await intake.client.post(path, params={"name": name}, content=content)


async def states(intake: ServiceUnderTest, of: str) -> list[str]:
    return [
        item["state"] for item in (await read(intake, f"/intake/v1/complaints/{of}/attachments"))["items"]
    ]


def files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((folder / "files").rglob("*")) if path.is_file()]


@asynccontextmanager
async def scanner(finds: bytes = b"EICAR") -> AsyncIterator[str]:
    """A daemon that speaks as clamd does, and finds one word."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        writer.write(b"stream: Eicar-Test-Signature FOUND\0" if finds in content else b"stream: OK\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_file_is_kept_as_it_came_and_comes_back_to_be_saved(start: Start, tmp_path: Path) -> None:
    intake = await start()
    to = await complaint(intake)
    kept = (await add(intake, to, PNG, "账单 1.png")).json()
    assert (kept["media_type"], kept["size"], kept["state"]) == ("image/png", len(PNG), "NOT_SCANNED")
    assert kept["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert files(tmp_path) == [PNG]
    back = await intake.client.get(f"/intake/v1/attachments/{kept['attachment_id']}")
    assert (back.content, back.headers["content-type"]) == (PNG, "image/png")
    assert back.headers["content-disposition"] == "attachment; filename*=UTF-8''%E8%B4%A6%E5%8D%95%201.png"
    assert back.headers["x-content-type-options"] == "nosniff"
    assert back.headers["content-security-policy"].startswith("sandbox")


async def test_the_same_content_five_times_at_once_is_one_file(start: Start, tmp_path: Path) -> None:
    intake = await start()
    to = await complaint(intake)
    answers = await asyncio.gather(*[add(intake, to, PDF) for _ in range(5)])
    assert len({answer.json()["attachment_id"] for answer in answers}) == 1
    assert files(tmp_path) == [PDF]


async def test_what_is_too_large_is_refused_while_it_streams_and_leaves_nothing(
    start: Start, tmp_path: Path
) -> None:
    intake = await start("[intake]\nversion='t'\n[intake.attachments]\nlargest=300000")
    to, sent = await complaint(intake), 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield PNG
        for _ in range(1000):
            sent += 65_536
            yield b"x" * 65_536

    assert (await add(intake, to, endless())).status_code == 413
    assert (files(tmp_path), await states(intake, to)) == ([], [])
    assert (await add(intake, to, PNG + b"x" * 280_000)).status_code == 201


async def test_a_file_may_be_larger_than_other_bodies_but_not_without_limit(start: Start) -> None:
    intake = await start("[intake]\nversion='t'\n[intake.attachments]\nlargest=20971520")
    to = await complaint(intake)
    assert (await add(intake, to, PNG + bytes(1_000_000))).status_code == 201
    assert (await add(intake, to, PNG + bytes(21_000_000))).status_code == 413


@pytest.mark.parametrize(
    "content", [b"", b"MZ\x90\0" * 10, b"<html><script>", b"#!/bin/sh\n", b"PK\x03\x04" * 9, b"\x89PN"]
)
async def test_what_is_of_no_kind_that_is_taken_is_refused_whatever_it_is_called(
    start: Start, tmp_path: Path, content: bytes
) -> None:
    intake = await start()
    to = await complaint(intake)
    refused = await add(intake, to, content, "bill.png")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "body")
    assert (files(tmp_path), await states(intake, to)) == ([], [])


async def test_kinds_and_number_of_files_are_policy(start: Start) -> None:
    intake = await start("[intake]\nversion='t'\n[intake.attachments]\nmost=1\ntypes=['application/pdf']")
    to = await complaint(intake)
    assert (await add(intake, to, PNG)).status_code == 422
    assert (await add(intake, to, PDF)).status_code == 201
    assert (await add(intake, to, PDF + b"2")).status_code == 409


@pytest.mark.parametrize("name", ["", "../bill", "a\nb", "x" * 201])
async def test_a_name_that_is_none_is_refused(start: Start, name: str) -> None:
    intake = await start()
    assert (await add(intake, await complaint(intake), PNG, name)).status_code == 422


async def test_what_is_not_known_is_not_found(start: Start) -> None:
    intake = await start()
    assert (await add(intake, str(uuid4()), PNG)).status_code == 404
    assert (await intake.client.get(f"/intake/v1/attachments/{uuid4()}")).status_code == 404


async def test_without_a_place_for_files_they_are_refused_and_complaints_are_not(
    start_service: StartService,
) -> None:
    intake = await start_service("intake")
    assert (await add(intake, await complaint(intake), PNG)).status_code == 409


def held(intake: ServiceUnderTest) -> Attachments:
    attachments: Attachments = intake.service.app.state.attachments
    return attachments


async def test_a_file_is_in_quarantine_until_the_scanner_says_clean(start: Start, tmp_path: Path) -> None:
    async with scanner() as address:
        intake = await start(clamav=address)
        to = await complaint(intake)
        good, bad = (await add(intake, to, PDF)).json(), (await add(intake, to, EICAR)).json()
        assert await states(intake, to) == ["QUARANTINED", "QUARANTINED"]
        assert (await intake.client.get(f"/intake/v1/attachments/{good['attachment_id']}")).status_code == 409
        while await held(intake).scan_next():
            pass
    assert await states(intake, to) == ["CLEAN", "INFECTED"]
    assert (await intake.client.get(f"/intake/v1/attachments/{good['attachment_id']}")).content == PDF
    assert (await intake.client.get(f"/intake/v1/attachments/{bad['attachment_id']}")).status_code == 409
    assert files(tmp_path) == [PDF]


async def test_while_the_scanner_is_away_complaints_and_files_are_taken_and_wait(start: Start) -> None:
    async with scanner() as address:
        pass
    intake = await start(clamav=address)
    to = await complaint(intake)
    assert (await add(intake, to, PDF)).status_code == 201
    with pytest.raises(ScannerError):
        await held(intake).scan_next()
    assert await held(intake).scan_next() is False
    assert await states(intake, to) == ["QUARANTINED"]
    async with intake.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE attachment SET scan_after = now()")
    port = int(address.rpartition(":")[2])

    async def says_ok(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\0\0\0\0")
        writer.write(b"stream: OK\0")
        writer.close()

    async with await asyncio.start_server(says_ok, "127.0.0.1", port):
        assert await held(intake).scan_next()
    assert await states(intake, to) == ["CLEAN"]


async def test_an_answer_that_is_no_verdict_is_not_clean(start: Start) -> None:
    async def confused(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"INSTREAM size limit exceeded. ERROR\0")
        writer.close()

    server = await asyncio.start_server(confused, "127.0.0.1", 0)
    async with server:
        intake = await start(clamav=f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
        to = await complaint(intake)
        await add(intake, to, PDF)
        with pytest.raises(ScannerError):
            await held(intake).scan_next()
    assert await states(intake, to) == ["QUARANTINED"]


@pytest.mark.parametrize(
    ("beginning", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"%PDF-1.4", "application/pdf"),
        (b"%pdf", None),
        (b"", None),
    ],
)
def test_what_a_file_is_is_told_by_how_it_begins(beginning: bytes, media_type: str | None) -> None:
    assert know_type(beginning) == media_type


async def receipt_code(intake: ServiceUnderTest) -> str:
    return str((await post(intake)).json()["tracking_path"]).rpartition("/")[2]


async def add_by_form(intake: ServiceUnderTest, code: str, name: str, content: bytes) -> httpx.Response:
    upload = {"file": (name, content, "image/png")}
    return await intake.client.post(f"/intake/v1/track/{code}/attachments", files=upload)


async def test_customers_add_files_on_the_receipt_page_without_a_token(start: Start, tmp_path: Path) -> None:
    intake = await start(api_token="a-token-of-sixteen-letters")
    intake.client.headers["authorization"] = "Bearer a-token-of-sixteen-letters"
    code = await receipt_code(intake)
    del intake.client.headers["authorization"]
    receipt = f"/intake/v1/form/receipt/{code}"
    assert "Files received: 0" in (await intake.client.get(receipt)).text
    added = await add_by_form(intake, code, "C:\\photos\\bill.png", PNG)
    assert (added.status_code, added.headers["location"]) == (303, receipt)
    assert "Files received: 1" in (await intake.client.get(receipt)).text
    [row] = await intake.rows("SELECT name, media_type FROM attachment")
    assert (row["name"], row["media_type"], files(tmp_path)) == ("bill.png", "image/png", [PNG])


async def test_customers_are_told_on_the_page_why_a_file_is_not_taken(start: Start) -> None:
    intake = await start("[intake]\nversion='t'\n[intake.attachments]\nmost=1\nlargest=2000")
    code = await receipt_code(intake)
    wrong = await add_by_form(intake, code, "virus.exe", b"MZ" + bytes(99))
    assert (wrong.status_code, "not taken" in wrong.text) == (422, True)
    large = await add_by_form(intake, code, "bill.png", PNG + bytes(3000))
    assert (large.status_code, "too large" in large.text) == (422, True)
    await add_by_form(intake, code, "bill.png", PNG)
    more = await add_by_form(intake, code, "bill.pdf", PDF)
    assert (more.status_code, "at most 1" in more.text) == (409, True)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"--x\r\n"])
async def test_an_upload_that_is_none_is_refused(start: Start, body: bytes) -> None:
    intake = await start()
    path = f"/intake/v1/track/{await receipt_code(intake)}/attachments"
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "text/plain"):
        refused = await intake.client.post(path, content=body, headers={"content-type": kind})
        assert refused.status_code in {400, 422}, kind
    assert (await add_by_form(intake, "x" * 22, "bill.png", PNG)).status_code == 404


async def test_without_a_place_for_files_the_receipt_asks_for_none(start_service: StartService) -> None:
    intake = await start_service("intake")
    code = await receipt_code(intake)
    assert 'type="file"' not in (await intake.client.get(f"/intake/v1/form/receipt/{code}")).text
    assert (await add_by_form(intake, code, "bill.png", PNG)).status_code == 409
