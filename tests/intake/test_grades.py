"""Grades: who has which (GRD-K, GRD-V, GRD-S, GRD-U), and what a higher one does to what is open."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.higher_grade import is_higher
from shared.events.intake import ComplaintReceived, ContactAttached, GradeRaised
from shared.events.vocabulary import Grade
from tests.builders import closed, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post, read
from .steady import STEADY

DEAD = "the line is dead since noon"
CALM = "[intake]\nversion='t'\n[intake.priority]\nsensitive=[]\n"
"""A policy without sensitive periods, so that scores are the same on every day."""


async def register(intake: ServiceUnderTest, *customers: dict[str, Any]) -> None:
    answer = await intake.client.post("/intake/v1/customers", json={"customers": list(customers)})
    assert answer.status_code == 200, answer.text


async def raised(intake: ServiceUnderTest) -> list[tuple[str, str, str]]:
    """From, to and why, of every grade that was raised."""
    return [(event.was, event.grade, event.because) for event in await intake.said(GradeRaised)]


async def grade_of(intake: ServiceUnderTest, **customer: Any) -> str:
    """The grade of the first complaint of a customer."""
    return str((await accepted(intake, customer=customer))["grade"])


@pytest.mark.parametrize(
    ("record", "changed", "otherwise"),
    [
        ({"segment": "GOVERNMENT"}, "key_segments=['BANK']", "S"),
        ({"segment": "ENTERPRISE", "star": 7}, "key_segments=[]", "V"),
        ({"sla_contract": True}, "contract_is_key=false", "S"),
    ],
)
async def test_grd_k_a_key_account_is_one_by_segment_or_contract_and_both_are_policy(
    start_service: StartService, record: dict[str, Any], changed: str, otherwise: str
) -> None:
    for policy, grade in (("", "K"), (f"[intake]\nversion='t'\n[intake.grade]\n{changed}", otherwise)):
        intake = await start_service("intake", policy)
        await register(intake, {"external_id": "c1"} | record, {"external_id": "c2", "segment": "CONSUMER"})
        assert await grade_of(intake, external_id="c1") == grade
        assert await grade_of(intake, external_id="c2") == "S"


async def test_grd_k_a_key_account_stays_one_until_its_grade_segment_or_contract_is_told_otherwise(
    intake: ServiceUnderTest,
) -> None:
    await register(intake, {"external_id": "c1", "grade": "K"}, {"external_id": "c2", "sla_contract": True})
    await register(intake, {"external_id": "c1", "star": 5}, {"external_id": "c2", "name": "Customer 2"})
    assert await grade_of(intake, external_id="c1") == "K"
    await register(intake, {"external_id": "c2", "sla_contract": False})
    assert await grade_of(intake, external_id="c2") == "S"


@pytest.mark.parametrize(
    ("record", "grade"),
    [
        ({"star": 5}, "V"),
        ({"star": 4}, "S"),
        ({"value_rank": 0.05}, "V"),
        ({"value_rank": 0.0501}, "S"),
        ({"protected": True}, "V"),
        ({"protected": False}, "S"),
    ],
)
async def test_grd_v_stars_value_and_protection_make_a_vip(
    intake: ServiceUnderTest, record: dict[str, Any], grade: str
) -> None:
    await register(intake, {"external_id": "c1"} | record)
    assert await grade_of(intake, external_id="c1") == grade


async def test_grd_s_everybody_else_who_is_known_is_standard_and_weighs_what_policy_says(
    start_service: StartService,
) -> None:
    for weight, priority in (("0.3", "22.0"), ("0.5", "26.0")):
        intake = await start_service("intake", f"{CALM}grade.S={weight}")
        found = await accepted(intake, customer={"phone": "13800138000"})
        assert (found["grade"], found["priority"]) == ("S", priority)


async def test_grd_u_who_is_not_identified_weighs_as_much_as_a_standard_customer(
    start_service: StartService,
) -> None:
    for weight, priority in (("0.3", "22.0"), ("0.5", "26.0")):
        intake = await start_service("intake", f"{CALM}grade.U={weight}")
        found = await accepted(intake)
        assert (found["grade"], found["priority"]) == ("U", priority)


@STEADY
@given(st.sampled_from(Grade), st.sampled_from(Grade))
def test_grd_of_two_grades_one_is_higher_unless_they_are_the_same(one: Grade, other: Grade) -> None:
    assert is_higher(one, other) + is_higher(other, one) == (one is not other)
    assert not is_higher(one, Grade.K)
    assert not is_higher(Grade.U, other)


async def test_grd_an_upgrade_in_the_registry_raises_what_is_open_and_leaves_what_is_done(
    intake: ServiceUnderTest,
) -> None:
    done = await accepted(intake, customer={"external_id": "c1"}, text="my bill is wrong")
    await intake.hears(resolved(UUID(done["complaint_id"])), closed(UUID(done["complaint_id"])))
    found = await accepted(intake, customer={"external_id": "c1"}, text=DEAD)
    other = await accepted(intake, customer={"external_id": "c2"}, text=DEAD)
    await register(intake, {"external_id": "c1", "grade": "K"}, {"external_id": "c2", "name": "Customer 2"})
    [told] = await intake.said(GradeRaised)
    assert str(told.complaint_id) == found["complaint_id"]
    assert (told.was, told.grade, told.because) == (Grade.S, Grade.K, "REGISTRY")
    assert (told.severity, told.severity_rule, told.priority_class) == ("S1", "SEV-1", "P1")
    now = await read(intake, f"/intake/v1/complaints/{found['complaint_id']}")
    assert (now["grade"], now["severity"], now["priority"]) == ("K", "S1", str(told.priority))
    lines = (await read(intake, f"/intake/v1/complaints/{found['complaint_id']}/history"))["items"]
    assert [(line["what"], line["detail"]) for line in lines][1:] == [("grade_raised", "S K REGISTRY")]
    for left in (done, other):
        assert (await read(intake, f"/intake/v1/complaints/{left['complaint_id']}"))["grade"] == "S"


async def test_grd_a_downgrade_changes_nothing_that_is_open(intake: ServiceUnderTest) -> None:
    found = await accepted(intake, customer={"external_id": "c1", "grade": "K"}, text=DEAD)
    await register(intake, {"external_id": "c1", "grade": "S"})
    await register(intake, {"external_id": "c1", "star": 5})
    await post(intake, customer={"external_id": "c1", "grade": "S"}, text=DEAD)
    assert await raised(intake) == []
    assert (await read(intake, f"/intake/v1/complaints/{found['complaint_id']}"))["grade"] == "K"


async def test_grd_a_contact_that_tells_a_higher_grade_raises_what_is_open(intake: ServiceUnderTest) -> None:
    await post(intake, customer={"external_id": "c1"}, text="my bill is wrong")
    await post(intake, customer={"external_id": "c1", "protected": True}, text="my bill is still wrong")
    await post(intake, customer={"external_id": "c1"}, text="no signal at home")
    assert await raised(intake) == [("S", "V", "CONTACT")]
    assert len(await intake.said(ContactAttached)) == 1
    assert [event.grade for event in await intake.said(ComplaintReceived)] == [Grade.S, Grade.V]


async def test_grd_v_whose_stars_or_value_rise_is_a_vip_at_once_and_the_numbers_are_policy(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    changed = "[intake]\nversion='t'\n[intake.grade]\nstar_from=7\nbest_share=0.01"
    other = await start_service("intake", changed)
    for service, expected in ((intake, [("S", "V", "REGISTRY")] * 2), (other, [])):
        await post(service, customer={"external_id": "c1"})
        await post(service, customer={"external_id": "c2"})
        await register(service, {"external_id": "c1", "star": 5}, {"external_id": "c2", "value_rank": 0.05})
        await register(service, {"external_id": "c1", "star": 4}, {"external_id": "c2", "value_rank": 0.06})
        assert await raised(service) == expected


async def test_grd_what_is_merged_into_a_better_customer_is_raised_and_stays_so_if_that_is_undone(
    intake: ServiceUnderTest,
) -> None:
    await register(intake, {"external_id": "c1", "grade": "V"})
    into = await accepted(intake, customer={"external_id": "c1"}, text="no signal at home")
    found = await accepted(intake, customer={"phone": "13800138000"})
    merge = await intake.client.post(
        f"/intake/v1/customers/{found['customer_id']}/merge",
        json={"into": into["customer_id"], "by": "a1"},
    )
    [told] = await intake.said(GradeRaised)
    assert (str(told.complaint_id), str(told.customer_id)) == (found["complaint_id"], into["customer_id"])
    assert (told.was, told.grade, told.because) == (Grade.S, Grade.V, "MERGED")
    await intake.client.post(f"/intake/v1/merges/{merge.json()['merge_id']}/undo", json={"by": "a1"})
    assert (await read(intake, f"/intake/v1/complaints/{found['complaint_id']}"))["grade"] == "V"
    assert len(await intake.said(GradeRaised)) == 1


@pytest.mark.parametrize("record", [{"name": "x"}, {"protected": False}, {"star": 2}, {"grade": "S"}])
async def test_grd_a_record_that_tells_no_higher_grade_raises_nothing(
    intake: ServiceUnderTest, record: dict[str, Any]
) -> None:
    await post(intake, customer={"external_id": "c1"})
    await register(intake, {"external_id": "c1"} | record)
    assert await raised(intake) == []
