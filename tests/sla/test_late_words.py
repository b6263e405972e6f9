"""Sla through its doors: words that came after their contact make promises quicker, never slower."""

from uuid import UUID, uuid4

from shared.events.intake import ComplaintJudgedAgain
from shared.events.sla import PromiseRecomputed
from shared.events.vocabulary import Channel, PriorityClass, Severity
from tests.builders import now
from tests.service_under_test import ServiceUnderTest, StartService

from .promised import HOUR, SOLVE, receive
from .test_targets_swapped import due


def judged_again(complaint_id: UUID, severity: str) -> ComplaintJudgedAgain:
    return ComplaintJudgedAgain(
        complaint_id=complaint_id,
        contact_id=uuid4(),
        customer_id=uuid4(),
        channel=Channel.PHONE,
        was=Severity.S3,
        severity=Severity(severity),
        severity_rule="SEV-1",
        case_type="FAULT",
        tags=(),
        risk_score=0,
        priority=50,
        priority_class=PriorityClass.P3,
        judged_at=now(),
        policy_version="t",
    )


async def test_2_4_late_words_that_are_more_severe_swap_the_targets_and_others_do_not(
    start_service: StartService,
) -> None:
    sla: ServiceUnderTest = await start_service("sla")
    worse, same = await receive(sla), await receive(sla)
    await sla.hears(judged_again(worse, "S1"), judged_again(same, "S3"))
    assert ((await due(sla, worse))[SOLVE], (await due(sla, same))[SOLVE]) == (24 * HOUR, 72 * HOUR)
    assert {event.complaint_id for event in await sla.said(PromiseRecomputed)} == {worse}
