"""`redress up --processes`: six processes on one broker that work as one, and rise again when they die."""

import re
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import psutil
import pytest
import pytest_asyncio

from services.command.registry import SERVICES
from tests.faults.installation import addresses
from tests.journeys.live import QUICK_POLICY, SIX_STEPS
from tests.kafka.fixtures import StartBroker
from tests.waiting import eventually

from .running import Up, folder_that_goes, processes_in

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def up(start_kafka: StartBroker) -> AsyncIterator[Up]:
    """Six processes with a broker of their own; the last test ends them."""
    broker = start_kafka({})
    with folder_that_goes("redress-processes-") as folder:
        (folder / "policy.toml").write_text(QUICK_POLICY, encoding="utf-8")
        running = Up(
            folder,
            "--processes",
            "--kafka",
            broker.bootstrap,
            port=0,
            REDRESS_KAFKA_SESSION_TIMEOUT="6",
            REDRESS_POLICY_FILE=str(folder / "policy.toml"),
        )
        try:
            await running.start()
            yield running
        finally:
            running.end()


def child(up: Up, service: str) -> psutil.Process:
    """The process of one service."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.ppid() == up.process.pid and f" serve {service} " in " ".join(process.cmdline()):
                return process
    raise AssertionError(f"no process of {service}")


async def test_each_service_is_a_process_that_answers_on_a_port_of_its_own(up: Up) -> None:
    where = addresses(up.data)
    assert len(set(where.values())) == 6
    for name in SERVICES:
        assert child(up, name).is_running()
        assert f"{where[name]}/{name}/docs" in up.process.log()
        assert up.http.get(f"{where[name]}/{name}/openapi.json").is_success
        other = "intake" if name != "intake" else "routing"
        assert up.http.get(f"{where[name]}/{other}/openapi.json").status_code == 404


async def test_a_complaint_travels_to_an_owner_promises_and_a_receipt(up: Up) -> None:
    complaint = up.complain("travels")
    await up.arrives(complaint)
    await eventually(lambda: up.get(f"/notify/v1/complaints/{complaint}/messages"), within=40, every=0.1)


async def test_a_process_that_is_killed_is_started_again_and_hears_what_it_missed(up: Up) -> None:
    killed = child(up, "routing")
    killed.kill()
    complaint = up.complain("while routing was dead")
    await up.arrives(complaint, within=60)
    assert child(up, "routing").pid != killed.pid
    assert "process.died" in up.process.log()


async def test_the_link_that_a_customer_gets_leads_to_the_process_that_takes_answers(up: Up) -> None:
    complaint = up.complain("to be asked")
    await up.arrives(complaint)
    by = up.get(f"/routing/v1/complaints/{complaint}")["owner"]["staff_id"]
    base = up.url(f"/routing/v1/complaints/{complaint}")
    proposal = {"by": by, "text": "双倍退还多扣费用", "steps": SIX_STEPS[:4]}
    up.http.post(f"{base}/proposal", json=proposal).raise_for_status()
    resolution = {"by": by, "text": "已退款", "steps": SIX_STEPS[4:]}
    up.http.post(f"{base}/resolution", json=resolution).raise_for_status()

    def link() -> str | None:
        texts = [path.read_text(encoding="utf-8") for path in (up.data / "messages").rglob("*.jsonl")]
        links = [found[0] for text in texts if (found := re.search(r"http\S+/answers/[\w-]+", text))]
        return links[0] if links else None

    asked = await eventually(link, within=40, every=0.2)
    assert asked.startswith(addresses(up.data)["feedback"] + "/")
    assert httpx.post(asked, json={"solved": True, "score": 5, "impression": 5}, trust_env=False).is_success
    await eventually(lambda: up.get(f"/intake/v1/complaints/{complaint}")["status"] == "CLOSED", within=40)


async def test_when_it_is_killed_its_processes_end_too_and_it_starts_again(up: Up) -> None:
    orphans = [child(up, name) for name in SERVICES]
    complaint = up.complain("before kill -9")
    up.process.kill()
    await eventually(lambda: not any(process.is_running() for process in orphans), within=30)
    (up.data / "addresses.json").unlink()
    await up.start()
    await up.arrives(complaint)


async def test_sigterm_ends_all_processes_with_zero_and_leaves_none(up: Up) -> None:
    processes = [child(up, name) for name in SERVICES]
    assert up.process.stop() == 0
    assert not any(process.is_running() for process in processes)
    assert processes_in(up.data) == []
    with pytest.raises(httpx.HTTPError):
        up.http.get(addresses(up.data)["intake"])
