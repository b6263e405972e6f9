"""Kannel for real: what customers send to its fake SMSC becomes complaints, also while intake is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn

from shared.runtime.service import Together
from tests.service_under_test import ServiceUnderTest, StartService
from tests.waiting import eventually

from .kannel import in_chinese, kannel, missing, part
from .providers_at_the_door import TOKENS, account, intake_for

pytestmark = pytest.mark.skipif(
    bool(missing()),
    reason=f"needs the Debian packages kannel and kannel-extras; missing: {', '.join(missing())}",
)
LONG = b"\x05\x00\x03\x07\x02"


@asynccontextmanager
async def served(intake: ServiceUnderTest, port: int = 0) -> AsyncIterator[int]:
    """Intake on a port of its own."""
    app = Together([intake.service], intake.service.settings)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    try:
        await eventually(lambda: server.started)
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def intake(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await intake_for(start_service, tmp_path, account("kannel-sms"))


def door(port: int) -> str:
    return f"http://127.0.0.1:{port}/intake/v1/providers/kannel-sms/{TOKENS['kannel-sms']}"


async def texts(intake: ServiceUnderTest, count: int) -> list[str]:
    async def enough() -> bool:
        return len(await intake.rows("SELECT 1 FROM contact")) >= count

    await eventually(enough, within=60)
    return [row["text"] for row in await intake.rows("SELECT text FROM contact ORDER BY serial")]


async def test_messages_come_through_a_real_gateway_as_they_were_sent(
    intake: ServiceUnderTest, tmp_path: Path
) -> None:
    async with served(intake) as port, kannel(tmp_path, door(port)) as gateway:
        await gateway.send("13800138000 10086 text bill+is+100%+wrong+%26+more")
        [plain] = await texts(intake, 1)
        await gateway.send(in_chinese("13900139000", "10086", "宽带断网三天了"))
        _, chinese = await texts(intake, 2)
        await gateway.send(
            part("13700137000", "10086", "nobody+came", LONG + b"\x02"),
            part("13700137000", "10086", "still+", LONG + b"\x01"),
        )
        _, _, joined = await texts(intake, 3)
    assert (plain, chinese, joined) == ("bill+is+100%+wrong+%26+more", "宽带断网三天了", "still+nobody+came")
    [row] = await intake.rows("SELECT origin_e164, sent_to, contact_key FROM contact ORDER BY serial LIMIT 1")
    assert (row["origin_e164"], row["sent_to"], len(row["contact_key"])) == ("+8613800138000", "10086", 36)


async def test_a_message_sent_while_intake_is_away_arrives_when_it_is_back(
    intake: ServiceUnderTest, tmp_path: Path
) -> None:
    async with served(intake) as port:
        pass
    async with kannel(tmp_path, door(port)) as gateway:
        await gateway.send("13800138000 10086 text no+signal")
        async with served(intake, port):
            assert len(await texts(intake, 1)) == 1
