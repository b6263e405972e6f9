"""What staff see of a customer is built from what the services told, in one read."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.intake import customer_view
from shared.bus.statement import Statement
from shared.events.marketing import OfferWithheld
from shared.events.vocabulary import EscalationLevel, PromiseKind, WithholdReason
from tests.builders import answered, closed, now, owner_named, reopened, resolved
from tests.service_under_test import ServiceUnderTest

from .doors import accepted, post, read
from .journey import broken, escalated, kept, promised

C1 = {"external_id": "c1", "phone": "13800138000", "email": "a@example.com"}


async def view(intake: ServiceUnderTest, complaint: dict[str, Any]) -> dict[str, Any]:
    return await read(intake, f"/intake/v1/customers/{complaint['customer_id']}")


async def test_a_customer_who_complained_once_has_one_open_complaint(intake: ServiceUnderTest) -> None:
    found = await accepted(intake, customer=C1)
    shown = await view(intake, found)
    assert shown["keys"] == ["email:a@example.com", "external:c1", "phone:+8613800138000"]
    assert shown["external_id"] == "c1"
    assert [one["complaint_id"] for one in shown["complaints"]] == [found["complaint_id"]]
    assert [(one["complaint_id"], one["channel"]) for one in shown["contacts"]] == [
        (found["complaint_id"], "web")
    ]
    totals = shown["totals"]
    assert (totals["complaints"], totals["open"], totals["contacts"]) == (1, 1, 1)
    assert (totals["promises"], totals["satisfied"], totals["offers_withheld"]) == (0, 0, 0)


async def test_the_view_follows_what_the_services_tell(intake: ServiceUnderTest) -> None:
    first = await accepted(intake, customer=C1)
    await post(intake, customer=C1)
    second = await accepted(intake, text="no signal at home", customer=C1)
    one, two = UUID(first["complaint_id"]), UUID(second["complaint_id"])
    made = promised(one, *tuple(PromiseKind)[:4])
    await intake.hears(owner_named(one), made)
    await intake.hears(kept(made, 0), kept(made, 1, late=True), broken(made, 2))
    await intake.hears(escalated(made, EscalationLevel.L1, 3))
    await intake.hears(resolved(one), reopened(one), resolved(one, round=2), closed(one, round=2))
    await intake.hears(answered(one, round=2, score=4), answered(two, satisfied=False, score=1))
    await intake.hears(
        OfferWithheld(
            complaint_id=one,
            customer_id=uuid4(),
            decided_at=now(),
            policy_version="t",
            reasons=(WithholdReason.SECOND_FAILURE,),
        )
    )
    assert len((await view(intake, first))["contacts"]) == 3
    totals = (await view(intake, first))["totals"]
    assert totals.pop("last_complaint_at")
    assert totals == {
        "complaints": 2,
        "open": 1,
        "contacts": 3,
        "reopened": 1,
        "repeats": 0,
        "escalated": 1,
        "charges_frozen": 0,
        "may_be_appealed": 0,
        "satisfied": 1,
        "not_satisfied": 1,
        "mean_score": 2.5,
        "offers_proposed": 0,
        "offers_withheld": 1,
        "promises": 4,
        "promises_kept": 1,
        "promises_kept_late": 1,
        "promises_broken": 1,
    }


async def test_the_newest_complaints_are_shown_and_counted_and_no_more(
    intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_view, "SHOWN", 2)
    monkeypatch.setattr(customer_view, "COUNTED", 3)
    texts = ("my bill is wrong", "no signal at home", "the shop closes early", "roaming abroad failed")
    found = [await accepted(intake, text=text, customer=C1) for text in texts]
    shown = await view(intake, found[0])
    assert [one["complaint_id"] for one in shown["complaints"]] == [f["complaint_id"] for f in found[:1:-1]]
    assert shown["totals"]["complaints"] == 3


async def test_the_view_of_one_customer_shows_nothing_of_another(intake: ServiceUnderTest) -> None:
    found = await accepted(intake, customer=C1)
    await accepted(intake, customer={"external_id": "c2"})
    assert (await view(intake, found))["totals"]["complaints"] == 1
    assert (await intake.client.get(f"/intake/v1/customers/{uuid4()}")).status_code == 404


async def test_the_view_is_one_statement(intake: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await accepted(intake, customer=C1)
    asked: list[Statement] = []
    fetch = intake.service.unit_of_work.fetch

    async def noted(statement: Statement, values: Any) -> list[Any]:
        asked.append(statement)
        return await fetch(statement, values)

    monkeypatch.setattr(intake.service.unit_of_work, "fetch", noted)
    await view(intake, found)
    assert len(asked) == 1
