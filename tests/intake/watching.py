"""Looks at one complaint as its customer and staff see it, and says what routing and sla did."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.events.routing import (
    AppealDecided,
    ComplaintAppealed,
    ComplaintPaused,
    ComplaintRejected,
    OwnerChanged,
)
from shared.events.sla import (
    PromiseExtended,
    PromiseRecomputed,
    PromisesMade,
)
from shared.events.vocabulary import (
    Channel,
    OwnerChangeReason,
    PauseReason,
    RejectionReason,
)
from tests.builders import now
from tests.service_under_test import ServiceUnderTest

from .doors import read

C1 = {"external_id": "c1"}


class Watched:
    """A complaint, and what staff and its customer see of it."""

    def __init__(self, intake: ServiceUnderTest, found: dict[str, Any]) -> None:
        self.intake = intake
        self.id = UUID(found["complaint_id"])
        self.path = found["tracking_path"]

    async def seen(self) -> dict[str, Any]:
        return await read(self.intake, f"/intake/v1/complaints/{self.id}")

    async def tracked(self) -> dict[str, Any]:
        answer = await self.intake.client.get(self.path, headers={"accept": "application/json"})
        found: dict[str, Any] = answer.json()
        return found

    async def page(self) -> str:
        return (await self.intake.client.get(self.path)).text

    async def news(self) -> list[str]:
        """The newest last."""
        return [line["what"] for line in (await self.tracked())["news"]][::-1]


def of(made: PromisesMade, which: int = 0) -> dict[str, Any]:
    promise = made.promises[which]
    return {"complaint_id": made.complaint_id, "promise_id": promise.promise_id, "kind": promise.kind}


def extended(made: PromisesMade, by: timedelta) -> PromiseExtended:
    due = made.promises[0].due_at
    return PromiseExtended(
        **of(made), was_due_at=due, due_at=due + by, number=1, approved_by="l1", extended_at=now()
    )


def recomputed(made: PromisesMade, by: timedelta) -> PromiseRecomputed:
    due = made.promises[0].due_at
    return PromiseRecomputed(
        **of(made),
        was_due_at=due,
        due_at=due + by,
        calendar="cn",
        calendar_version=2,
        provisional=False,
        notable=True,
        recomputed_at=now(),
    )


def paused(one: Watched, reason: PauseReason) -> ComplaintPaused:
    return ComplaintPaused(
        complaint_id=one.id,
        pause_id=uuid4(),
        reason=reason,
        evidence="letter 7",
        by="a100",
        paused_at=now(),
        resumes_at=now() + timedelta(days=2),
    )


def owner_changed(complaint_id: UUID, name: str) -> OwnerChanged:
    return OwnerChanged(
        complaint_id=complaint_id,
        from_id="a100",
        owner_id="a200",
        owner_name=name,
        department="front-desk",
        reason=OwnerChangeReason.ABSENT,
        by="l1",
        changed_at=now(),
        lead_id="l1",
        lead_name="Desk lead",
        staff_channel=Channel.EMAIL,
        owner_reply_to=None,
        lead_reply_to=None,
        policy_version="t",
    )


def rejected(one: Watched, reason: RejectionReason = RejectionReason.NO_GROUND) -> ComplaintRejected:
    return ComplaintRejected(
        complaint_id=one.id,
        reason=reason,
        by="a100",
        rejected_at=now(),
        appeal_until=now() + timedelta(days=15),
    )


def appealed(one: Watched) -> ComplaintAppealed:
    return ComplaintAppealed(
        complaint_id=one.id,
        round=1,
        decider_id="l9",
        decider_name="Quality desk",
        decide_by=now(),
        appealed_at=now(),
        decider_channel=Channel.EMAIL,
        decider_reply_to=None,
    )


def decided(one: Watched, *, upheld: bool) -> AppealDecided:
    return AppealDecided(complaint_id=one.id, upheld=upheld, by="l9", decided_at=now())
