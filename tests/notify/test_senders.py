"""What each sender says of a hand-over, with a real server and real files."""

import asyncio
import json
import os
from pathlib import Path
from uuid import UUID

import pytest

from services.notify.file_sender import FileSender
from services.notify.http_sender import HttpSender, read_answer
from services.notify.judge_outcome import Fate, Outcome
from services.notify.sender import Letter
from shared.runtime.settings import SettingsError
from tests.waiting import eventually

from .provider import Provider, running_provider

LETTER = Letter(UUID(int=7), "sms", "+8613800138000", "您好 {link}", "zh-CN", "RECEIPT")


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def handed_over(behaviour: str, timeout: float = 5.0) -> tuple[Outcome, Provider]:
    async with running_provider() as provider:
        provider.behaves = lambda _letter: behaviour
        sender = HttpSender(provider.url, timeout=timeout)
        outcome = await sender.hand_over(LETTER)
        await sender.close()
        return outcome, provider


@pytest.mark.parametrize(
    ("behaviour", "fate"),
    [
        ("take", Fate.TAKEN),
        ("400", Fate.REFUSED),
        ("302", Fate.REFUSED),
        ("429", Fate.NOT_TAKEN),
        ("503", Fate.NOT_TAKEN),
        ("500", Fate.UNCLEAR),
        ("garbage", Fate.UNCLEAR),
        ("no http", Fate.UNCLEAR),
        ("cut", Fate.UNCLEAR),
        ("cut the answer", Fate.UNCLEAR),
        ("never end", Fate.UNCLEAR),
    ],
)
async def test_the_answer_of_a_provider_tells_whether_it_has_the_letter(behaviour: str, fate: Fate) -> None:
    outcome, provider = await handed_over(behaviour)
    assert outcome.fate is fate
    assert len(provider.letters) == 1


async def test_a_provider_that_takes_and_then_hangs_leaves_it_unclear() -> None:
    outcome, provider = await handed_over("hang", timeout=1.0)
    assert outcome.fate is Fate.UNCLEAR
    assert len(provider.letters) == 1


async def test_where_nobody_listens_nothing_was_taken() -> None:
    async with running_provider() as provider:
        url = provider.url
    sender = HttpSender(url, timeout=5)
    assert (await sender.hand_over(LETTER)).fate is Fate.NOT_TAKEN
    await sender.close()


async def test_letters_go_over_as_many_connections_as_are_on_their_way_at_once() -> None:
    async with running_provider() as provider:
        sender = HttpSender(provider.url, timeout=5)
        for together in (1, 1, 3, 3, 1):
            outcomes = await asyncio.gather(*(sender.hand_over(LETTER) for _ in range(together)))
            assert {outcome.fate for outcome in outcomes} == {Fate.TAKEN}
        await sender.close()
        assert provider.connections == 3


async def test_a_letter_on_a_kept_connection_that_breaks_is_unclear_and_not_sent_again() -> None:
    async with running_provider() as provider:
        provider.behaves = lambda _letter: "take" if len(provider.letters) == 1 else "cut"
        sender = HttpSender(provider.url, timeout=5)
        fates = [(await sender.hand_over(LETTER)).fate for _ in range(2)]
        await sender.close()
        assert fates == [Fate.TAKEN, Fate.UNCLEAR]
        assert (len(provider.letters), provider.connections) == (2, 1)


async def test_a_connection_that_the_provider_has_closed_meanwhile_is_not_used() -> None:
    async with running_provider() as provider:
        provider.behaves = lambda _letter: "take and close"
        sender = HttpSender(provider.url, timeout=5)
        assert (await sender.hand_over(LETTER)).fate is Fate.TAKEN
        await eventually(lambda: not provider.open_now)
        assert (await sender.hand_over(LETTER)).fate is Fate.TAKEN
        await sender.close()
        assert provider.connections == 2


async def test_neither_a_proxy_nor_a_cookie_comes_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with running_provider() as provider:
        sender = HttpSender(provider.url, timeout=5)
        fates = [(await sender.hand_over(LETTER)).fate for _ in range(2)]
        await sender.close()
        assert fates == [Fate.TAKEN, Fate.TAKEN]
        assert not any("cookie" in headers for headers in provider.headers)


async def test_the_provider_gets_the_letter_with_its_idempotency_key() -> None:
    _, provider = await handed_over("take")
    assert provider.letters == [
        {
            "id": str(LETTER.intent_id),
            "channel": "sms",
            "to": "+8613800138000",
            "text": "您好 {link}",
            "language": "zh-CN",
            "kind": "RECEIPT",
        }
    ]
    assert provider.keys == [str(LETTER.intent_id)]
    assert provider.headers[0]["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("body", "fate"),
    [
        (b'{"id": "a-1"}', Fate.TAKEN),
        (b'{"id": 17}', Fate.TAKEN),
        (b'{"id": ""}', Fate.UNCLEAR),
        (b'{"id": null}', Fate.UNCLEAR),
        (b'{"id": "\\u0000"}', Fate.UNCLEAR),
        (b'{"id": "\\ud800"}', Fate.UNCLEAR),
        (b'{"id": "' + b"9" * 300 + b'"}', Fate.UNCLEAR),
        (b'["id"]', Fate.UNCLEAR),
        (b"[" * 50_000, Fate.UNCLEAR),
        (b"\xff\xfe", Fate.UNCLEAR),
    ],
)
def test_only_an_id_that_can_be_kept_says_that_the_letter_was_taken(body: bytes, fate: Fate) -> None:
    assert read_answer(200, body).fate is fate


@pytest.mark.parametrize("url", ["ftp://example.com", "example.com/x", "http://", "http://[::1", ""])
def test_an_address_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="outbound_url"):
        HttpSender(url, timeout=1)


async def test_the_file_sender_writes_one_line_per_letter_for_the_owner_only(tmp_path: Path) -> None:
    sender = FileSender(tmp_path / "messages")
    outcomes = [await sender.hand_over(LETTER) for _ in range(3)]
    await sender.close()
    [file] = files_in(tmp_path / "messages")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert {outcome.fate for outcome in outcomes} == {Fate.TAKEN}
    assert lines == [LETTER._asdict() | {"intent_id": str(LETTER.intent_id)}] * 3
    assert file.stat().st_mode & 0o077 == 0


async def test_a_file_that_cannot_be_written_has_not_taken_the_letter(tmp_path: Path) -> None:
    sender = FileSender(tmp_path / "messages")
    (tmp_path / "messages").rmdir()
    assert (await sender.hand_over(LETTER)).fate is Fate.NOT_TAKEN
    (tmp_path / "messages").mkdir()
    assert (await sender.hand_over(LETTER)).fate is Fate.TAKEN
    await sender.close()


async def test_a_torn_line_is_unclear_and_does_not_spoil_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = FileSender(tmp_path)
    whole = os.write
    monkeypatch.setattr(os, "write", lambda file, data: whole(file, data[:10]))
    assert (await sender.hand_over(LETTER)).fate is Fate.UNCLEAR
    monkeypatch.undo()
    assert (await sender.hand_over(LETTER)).fate is Fate.TAKEN
    await sender.close()
    [file] = files_in(tmp_path)
    assert json.loads(file.read_text(encoding="utf-8").splitlines()[-1])["to"] == LETTER.to


def test_a_folder_that_cannot_be_made_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="outbound_folder"):
        FileSender(tmp_path / "file")
