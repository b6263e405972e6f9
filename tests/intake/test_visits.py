"""Callers without a token who come too often are told when to come back, and nobody's words are lost by it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from services.intake.limit_visits import Allowance, may_visit, visitor_of
from shared.events.intake import ComplaintReceived
from shared.runtime.service import Together
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import post
from .providers_at_the_door import TOKENS, account, fixture, intake_for
from .steady import STEADY
from .test_form import value_of

FORM = "/intake/v1/form"
STRICT = """
[intake]
version = 't'
[intake.form]
fastest = 0
[intake.visits]
pages = 3
forms = 2
files = 1
guesses = 2
"""
From = Callable[[str], httpx.AsyncClient]


@pytest.fixture
async def intake(start_service: StartService, tmp_path: Path) -> ServiceUnderTest:
    return await intake_for(start_service, tmp_path, account("kannel-sms"), policy=STRICT)


@pytest.fixture
async def coming_from(intake: ServiceUnderTest) -> AsyncIterator[From]:
    """A browser at this address."""
    async with AsyncExitStack() as stack:

        def browser(host: str) -> httpx.AsyncClient:
            app = Together([intake.service], intake.service.settings)
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app, client=(host, 40000)), base_url="http://redress"
            )
            stack.push_async_callback(client.aclose)
            return client

        yield browser


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let seconds pass for whoever counts visits, whose clock else stands still."""
    clock = [1000.0]
    monkeypatch.setattr("services.intake.visits.monotonic", lambda: clock[0])

    def pass_by(seconds: float) -> None:
        clock[0] += seconds

    return pass_by


async def statuses(client: httpx.AsyncClient, path: str, times: int) -> list[int]:
    return [(await client.get(path)).status_code for _ in range(times)]


async def test_who_looks_too_often_is_told_when_to_come_back_and_then_may_come(
    coming_from: From, later: Callable[[float], None]
) -> None:
    visitor = coming_from("203.0.113.9")
    assert await statuses(visitor, FORM, 3) == [200] * 3
    refused = await visitor.get(FORM, headers={"accept-language": "zh-CN"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "20")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["title"] == "请求过于频繁，请稍后再试"
    later(20)
    assert await statuses(visitor, FORM, 2) == [200, 429]


async def test_form_receipt_and_tracking_page_are_counted_together_and_visitors_apart(
    intake: ServiceUnderTest, coming_from: From
) -> None:
    receipt = (await post(intake)).json()
    track = receipt["tracking_path"]
    after_form = track.replace("/track/", "/form/receipt/")
    visitor = coming_from("2001:db8:1:2::9")
    for path in (FORM, after_form, track):
        assert (await visitor.get(path)).status_code == 200
    for path in (FORM, after_form, track):
        assert (await visitor.get(path)).status_code == 429
    assert (await coming_from("2001:db8:1:2::77").get(track)).status_code == 429
    assert (await coming_from("2001:db8:1:3::9").get(track)).status_code == 200


async def test_a_form_that_comes_too_soon_comes_back_with_everything_and_counts_when_it_is_sent_again(
    intake: ServiceUnderTest, coming_from: From, later: Callable[[float], None]
) -> None:
    visitor = coming_from("203.0.113.9")
    ticket = value_of("ticket", (await visitor.get(FORM)).text)

    async def send(text: str, ticket: str = ticket) -> httpx.Response:
        return await visitor.post(FORM, data={"text": text, "ticket": ticket, "lang": "en", "website": ""})

    assert [(await send(f"bill {n}")).status_code for n in range(2)] == [303, 303]
    refused = await send("my <third> bill")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert "my &lt;third&gt; bill" in refused.text
    assert len(await intake.said(ComplaintReceived)) == 2
    later(30)
    assert (await send("my <third> bill", value_of("ticket", refused.text))).status_code == 303


async def test_files_have_a_limit_of_their_own(intake: ServiceUnderTest, coming_from: From) -> None:
    track = (await post(intake)).json()["tracking_path"]
    visitor = coming_from("203.0.113.9")
    answers = [(await visitor.post(f"{track}/attachments", data={"x": "1"})).status_code for _ in range(2)]
    assert answers == [422, 429]


async def test_a_proxy_and_the_api_are_not_limited(intake: ServiceUnderTest, coming_from: From) -> None:
    assert await statuses(coming_from("172.18.0.5"), FORM, 9) == [200] * 9
    assert await statuses(coming_from("203.0.113.9"), "/intake/v1/complaints", 9) == [200] * 9


async def test_guessed_tokens_are_limited_and_the_right_one_never_is(coming_from: From) -> None:
    stranger, query = coming_from("203.0.113.9"), fixture("kannel-sms").query
    path = "/intake/v1/providers/kannel-sms/"
    assert await statuses(stranger, f"{path}{'x' * 40}?{query}", 3) == [404, 404, 429]
    assert await statuses(stranger, f"{path}{TOKENS['kannel-sms']}?{query}", 5) == [200] * 5


async def test_what_was_refused_is_counted(coming_from: From) -> None:
    labels = {"what": "pages"}
    before = REGISTRY.get_sample_value("redress_visits_refused_total", labels) or 0
    await statuses(coming_from("203.0.113.10"), FORM, 5)
    assert REGISTRY.get_sample_value("redress_visits_refused_total", labels) == before + 2


async def test_of_more_visitors_than_are_remembered_those_long_away_are_forgotten(
    start_service: StartService,
) -> None:
    policy = STRICT + "remembered = 2"
    intake = await start_service("intake", policy)
    visits = intake.service.app.state.visits
    app = Together([intake.service], intake.service.settings)
    for last in (1, 2, 3, 3, 3, 3):
        transport = httpx.ASGITransport(app=app, client=(f"203.0.113.{last}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://redress") as client:
            answer = await client.get(FORM)
    assert answer.status_code == 429
    assert [visitor for visitor, _ in visits._allowances] == ["203.0.113.2", "203.0.113.3"]


@STEADY
@given(st.lists(st.floats(0, 30), min_size=1, max_size=60), st.integers(1, 20))
def test_in_no_minute_come_more_than_twice_what_a_minute_allows(pauses: list[float], per_minute: int) -> None:
    allowance: Allowance | None = None
    now, taken = 0.0, []
    for pause in pauses:
        now += pause
        allowance, wait = may_visit(allowance, now, per_minute)
        if not wait:
            taken.append(now)
        else:
            assert may_visit(allowance, now + wait + 1e-6, per_minute).wait == 0
    assert all(sum(start <= one < start + 60 for one in taken) <= 2 * per_minute for start in taken)


@pytest.mark.parametrize(
    ("host", "visitor"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("10.1.2.3", None),
        ("::ffff:10.1.2.3", None),
        ("testclient", None),
        (None, None),
    ],
)
def test_a_visitor_is_an_address_a_household_or_nobody(host: str | None, visitor: str | None) -> None:
    assert visitor_of(host, [ip_network("10.0.0.0/8")]) == visitor
