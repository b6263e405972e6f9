"""`redress up` as a user meets it: it answers, ends well, keeps its data, and lets nobody in who may not come."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
import pytest_asyncio

from services import __main__ as command
from services.command.registry import SERVICES
from tests.waiting import eventually

from .running import Up, folder_that_goes, processes_in, redress

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
]

TOKEN = "a token of this test"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def up() -> AsyncIterator[Up]:
    """One installation for the module; a test that stops it starts it again."""
    with folder_that_goes("redress-up-") as folder:
        running = Up(folder)
        try:
            await running.start()
            yield running
        finally:
            running.end()


async def test_it_is_well_and_ready_and_says_where(up: Up) -> None:
    assert up.http.get(up.url("/health/live")).json() == {"status": "ok"}
    assert up.http.get(up.url("/health/ready")).json() == {"status": "ok"}
    assert f"http://127.0.0.1:{up.port}/intake/docs" in up.process.log()


async def test_metrics_tell_of_every_service(up: Up) -> None:
    text = up.http.get(up.url("/metrics")).text
    for name in SERVICES:
        assert f'redress_outbox_rows{{service="{name}"}}' in text
    for own in ("received_total", "owned_total"):
        assert f"redress_complaints_{own}" in text
    for own in ("promises", "intents", "questions", "offers_total"):
        assert f"\nredress_{own}{{" in text


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_has_its_pages_and_its_openapi(up: Up, service: str) -> None:
    assert "<html" in up.http.get(up.url(f"/{service}/docs")).text
    assert up.get(f"/{service}/openapi.json")["info"]["title"] == f"Redress {service}"


async def test_dead_letters_are_listed_beside_the_running_one(up: Up) -> None:
    done = redress("dead-letters", "list", "--data", str(up.data))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


async def test_due_times_are_explained_in_the_terminal(up: Up) -> None:
    complaint = up.complain("to be explained")
    await up.arrives(complaint)
    receipt = up.get(f"/intake/v1/complaints/{complaint}")["receipt_number"]
    done = redress("sla", "explain", receipt, "--data", str(up.data), "--language", "zh-CN")
    assert (done.returncode, done.stderr) == (0, "")
    assert "SOLVE: 进行中" in done.stdout
    assert "截止" in done.stdout
    unknown = redress("sla", "explain", "R99999999999999", "--data", str(up.data))
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)
    assert "no complaint with the receipt number" in unknown.stderr


async def test_a_second_one_on_the_same_folder_is_refused_and_the_first_goes_on(up: Up) -> None:
    done = redress("up", "--data", str(up.data), "--port", "0")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "in use by another running Redress" in done.stderr
    await up.arrives(up.complain("after the second was refused"))
    assert redress("dead-letters", "list", "--data", str(up.data)).returncode == 0


async def test_ctrl_c_ends_it_with_zero_and_leaves_no_process_and_its_data_are_kept(up: Up) -> None:
    complaint = up.complain("before ctrl-c")
    await up.arrives(complaint)
    assert processes_in(up.data)
    assert up.process.interrupt() == 0
    assert processes_in(up.data) == []
    assert "Traceback" not in up.process.log()
    await up.start()
    assert up.get(f"/intake/v1/complaints/{complaint}")["contact_key"] == "before ctrl-c"
    assert up.complain("before ctrl-c") == complaint


async def test_a_second_ctrl_c_ends_it_at_once_and_as_quietly(up: Up) -> None:
    os.killpg(up.process.pid, signal.SIGINT)
    with suppress(httpx.HTTPError):
        while up.http.get(up.url("/health/live")).is_success:
            pass
    assert up.process.interrupt() == 0
    assert "Traceback" not in up.process.log()
    await eventually(lambda: not processes_in(up.data))
    await up.start()


async def test_after_kill_nine_it_starts_again_with_everything_it_had_answered_for(up: Up) -> None:
    complaint = up.complain("before kill -9")
    up.process.kill()
    await up.start()
    await up.arrives(complaint)
    assert up.process.interrupt() == 0
    await eventually(lambda: not processes_in(up.data))
    await up.start()


async def test_the_ipv6_loopback_is_an_address_like_any_other() -> None:
    with folder_that_goes("redress-up-") as folder:
        up = Up(folder, "--host", "::1")
        try:
            await up.start()
            assert up.url("/").startswith("http://[::1]:")
            await up.arrives(up.complain())
        finally:
            up.end()


async def test_on_a_foreign_host_nobody_is_served_without_the_token() -> None:
    with folder_that_goes("redress-up-") as folder:
        up = Up(folder, "--host", "0.0.0.0", REDRESS_API_TOKEN=TOKEN)
        try:
            await up.start()
            complaint = up.complain()
            await up.arrives(complaint)
            anybody = httpx.Client(base_url=f"http://127.0.0.1:{up.port}", trust_env=False)
            with anybody:
                for service in SERVICES:
                    assert anybody.get(f"/{service}/v1/events").status_code == 401
                assert anybody.get(f"/intake/v1/complaints/{complaint}").status_code == 401
                assert anybody.post("/intake/v1/channels/web/contacts", json={}).status_code == 401
                wrong = anybody.get("/sla/v1/promises", headers={"Authorization": "Bearer another token"})
                assert wrong.status_code == 401
                tracking = up.get(f"/intake/v1/complaints/{complaint}")["tracking_path"]
                assert anybody.get(tracking).status_code == 200, "customers have no token"
        finally:
            up.end()


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["services/__main__.py"], ["up"]),
        (["services/__main__.py", "routing", "--port", "1"], ["serve", "routing", "--port", "1"]),
        (["redress", "routing"], ["serve", "routing"]),
        (["redress", "sla"], ["serve", "sla"]),
        (["redress", "sla", "explain", "R1"], ["sla", "explain", "R1"]),
        (["redress", "serve", "routing"], ["serve", "routing"]),
        (["redress", "--lang", "zh-CN", "routing"], ["serve", "routing"]),
        (["redress"], []),
    ],
)
async def test_python_m_services_alone_is_up_and_a_services_name_alone_is_serve(
    monkeypatch: pytest.MonkeyPatch, given: list[str], meant: list[str]
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(sys, "argv", list(given))
    monkeypatch.setattr(command, "app", lambda words, **_: called.append(words))
    monkeypatch.setattr(command, "ask_for", lambda language: None)
    with pytest.raises(SystemExit):
        command.main()
    assert called == [meant]
