"""What moves a customer is shown beside the case, with what helps (section 8); staff may find something else."""

from pathlib import Path

import pytest

from services.routing.policy import RoutingPolicy
from services.routing.talk_hints import talk
from shared.events.vocabulary import Motive
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .people import shown, staff_file, taken_by

POLICY = load_policy(RoutingPolicy, "routing").talk


@pytest.mark.parametrize(
    ("motives", "written_only", "from_rank", "order"),
    [
        ((), False, 1, []),
        ((Motive.VENT,), False, 1, ["VENT"]),
        ((Motive.REMEDY, Motive.VENT), False, 1, ["VENT", "REMEDY"]),
        ((Motive.VENT, Motive.RESPECT), False, 2, ["RESPECT", "VENT"]),
        ((Motive.VENT, Motive.RESPECT, Motive.REVENGE), True, 2, ["REVENGE", "RESPECT", "VENT"]),
    ],
)
def test_of_several_motives_the_most_careful_way_is_taken(
    motives: tuple[Motive, ...], written_only: bool, from_rank: int, order: list[str]
) -> None:
    found = talk(motives, POLICY)
    assert (found.written_only, found.from_rank) == (written_only, from_rank)
    assert [hint.motive for hint in found.hints] == order


@pytest.mark.parametrize("motive", Motive)
def test_every_motive_has_a_hint_in_both_languages(motive: Motive) -> None:
    [hint] = talk([motive], POLICY).hints
    assert hint.chinese
    assert hint.english


async def test_hints_are_shown_beside_the_case(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING", motives=(Motive.VENT,))
    case = await shown(routing, complaint_id)
    assert (case["talk"]["motives"], case["talk"]["written_only"]) == (["VENT"], False)
    assert "倾听" in case["talk"]["hints"][0]["zh-CN"]
    bare = await shown(routing, await taken_by(routing, "b1"))
    assert (bare["talk"]["motives"], bare["talk"]["hints"], bare["talk"]["noted_by"]) == ([], [], None)


async def test_staff_find_something_else(routing: ServiceUnderTest) -> None:
    complaint_id = await taken_by(routing, "b1", case_type="BILLING", motives=(Motive.VENT,))
    path = f"/routing/v1/complaints/{complaint_id}/motives"
    answer = await routing.client.put(path, json={"motives": ["REVENGE", "REMEDY"], "by": "b1"})
    assert answer.json()["motives"] == ["REMEDY", "REVENGE"]
    talked = (await shown(routing, complaint_id))["talk"]
    assert (talked["motives"], talked["noted_by"], talked["written_only"], talked["from_rank"]) == (
        ["REMEDY", "REVENGE"],
        "b1",
        True,
        2,
    )
    await routing.client.put(path, json={"motives": [], "by": "b1"})
    assert (await shown(routing, complaint_id))["talk"]["motives"] == []
    assert (await routing.client.put(path, json={"motives": ["VENT"], "by": "n1"})).status_code == 409
    refused = await routing.client.put(path, json={"motives": ["ENVY"], "by": "b1"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "motives.0")


async def test_other_hints_by_policy(start_service: StartService, tmp_path: Path) -> None:
    policy = """
        [routing]
        version = 't'
        [routing.talk.styles.VENT]
        zh-CN = "请先喝茶"
        en = "Offer tea"
        written_only = true
    """
    routing = await start_service("routing", policy, staff_file=staff_file(tmp_path))
    case = await shown(routing, await taken_by(routing, "b1", motives=(Motive.VENT,)))
    assert case["talk"]["written_only"]
    assert case["talk"]["hints"] == [{"motive": "VENT", "zh-CN": "请先喝茶", "en": "Offer tea"}]
