"""Loops rest after each batch, so that a busy machine works on many events at a time."""

import pytest

from shared.bus.pacing import LONGEST_REST, MANY, Pace, prompt_pace, rest_after
from shared.events.intake import ComplaintReceived
from shared.events.routing import OwnerNamed
from tests.service_under_test import StartService


def test_a_loop_rests_in_proportion_to_its_work_and_never_long() -> None:
    assert rest_after(0.0, Pace.CALM) == 0.0
    assert rest_after(0.01, Pace.PROMPT) == pytest.approx(0.0025)
    assert rest_after(0.001, Pace.CALM) == pytest.approx(0.02)
    assert rest_after(30.0, Pace.PROMPT) == rest_after(3.0, Pace.CALM) == LONGEST_REST


def test_those_who_are_waited_for_go_together_once_they_are_many() -> None:
    assert [prompt_pace(batch) for batch in (1, MANY - 1, MANY, 500)] == [
        *(Pace.PROMPT, Pace.PROMPT),
        *(Pace.FULL, Pace.FULL),
    ]
    assert rest_after(0.01, Pace.PROMPT) < rest_after(0.01, Pace.FULL) < rest_after(0.01, Pace.CALM)


async def test_what_lies_between_a_complaint_and_its_owner_is_prompt_and_all_else_calm(
    start_service: StartService,
) -> None:
    paces = {}
    for name in ("intake", "routing", "sla", "notify"):
        service = (await start_service(name)).service
        assert service.consumer is not None
        paces[name] = (service.relay.urgent, service.consumer.pace)
    assert paces == {
        "intake": ({ComplaintReceived}, Pace.CALM),
        "routing": ({OwnerNamed}, Pace.PROMPT),
        "sla": (set(), Pace.CALM),
        "notify": (set(), Pace.CALM),
    }
