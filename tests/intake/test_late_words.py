"""Words that come after their contact are judged too: they may make the complaint more severe, and never milder."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.intake.case_type import CaseType
from services.intake.judge_again import Standing, judge_again
from services.intake.judge_risk import Risk, add_tags, judge_risk
from services.intake.judge_severity import SeverityRules
from services.intake.policy import IntakePolicy
from services.intake.raise_severity import Found
from shared.events.intake import ComplaintJudgedAgain, ComplaintReceived, ServiceFreezeAsked
from shared.events.vocabulary import Severity, Tag
from shared.runtime.policy import load_policy
from tests.builders import closed, resolved
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, read
from .providers_at_the_door import account, intake_for
from .steady import STEADY
from .test_long_messages import send, vonage

POLICY = load_policy(IntakePolicy, "intake")
RULES = SeverityRules(POLICY.severity, POLICY.abuse, POLICY.trouble, POLICY.headings)
TEXTS = (
    "my bill is wrong",
    "the box is on fire",
    "scammed, sim swap",
    "no signal at home",
    "hello",
    "your manager!",
)


async def tell(intake: ServiceUnderTest, call_id: str = "c1", **part: Any) -> None:
    answer = await intake.client.post("/intake/v1/channels/phone/calls", json={"call_id": call_id} | part)
    assert answer.status_code == 200, answer.text


async def call_about(intake: ServiceUnderTest, text: str, **fields: Any) -> dict[str, Any]:
    """A call that has become a complaint by what staff noted."""
    return await accepted(intake, "phone", call_id="c1", text=text, **fields)


async def complaint(intake: ServiceUnderTest, found: dict[str, Any]) -> dict[str, Any]:
    return await read(intake, f"/intake/v1/complaints/{found['complaint_id']}")


async def test_sev_1_a_late_transcript_that_tells_of_danger_makes_the_complaint_critical(
    intake: ServiceUnderTest,
) -> None:
    found = await call_about(intake, "my bill is wrong")
    await tell(intake, transcript={"text": "and the box at my door is on fire"})
    [told] = await intake.said(ComplaintJudgedAgain)
    assert (told.was, told.severity, told.severity_rule) == ("S3", "S1", "SEV-1")
    assert (told.tags, told.priority_class, told.channel) == ((Tag.DANGER,), "P1", "phone")
    now = await complaint(intake, found)
    assert (now["severity"], now["tags"], now["priority"]) == ("S1", ["DANGER"], str(told.priority))
    assert now["case_type"] == "BILLING", "it stays what it was about"
    lines = (await read(intake, f"/intake/v1/complaints/{found['complaint_id']}/history"))["items"]
    assert [(line["what"], line["detail"]) for line in lines][1:] == [
        ("complaint_judged_again", "S3 S1 SEV-1")
    ]


async def test_sev_1_which_late_words_are_critical_is_policy(start_service: StartService) -> None:
    milder = "[intake]\nversion='t'\n[intake.severity.words.danger_to_life]\nwords=['avalanche']"
    intake = await start_service("intake", milder)
    await call_about(intake, "my bill is wrong")
    await tell(intake, transcript={"text": "and the box at my door is on fire"})
    assert await intake.said(ComplaintJudgedAgain) == []


async def test_sev_2_a_missing_part_of_a_long_message_is_judged_when_it_comes(
    start_service: StartService, tmp_path: Path
) -> None:
    intake = await intake_for(start_service, tmp_path, account("vonage-sms"))
    await send(intake, vonage(1, "My bill is wrong", total=2))
    await intake.let_pass(timedelta(minutes=11))
    [received] = await intake.said(ComplaintReceived)
    await send(intake, vonage(2, " and I have no service at all", total=2))
    await send(intake, vonage(2, " and I have no service at all", total=2))
    [told] = await intake.said(ComplaintJudgedAgain)
    assert (received.severity, told.was, told.severity, told.tags) == ("S3", "S3", "S2", (Tag.NO_SERVICE,))
    assert (told.complaint_id, told.channel) == (received.complaint_id, "sms")


async def test_sev_late_words_that_sound_milder_lower_nothing_and_are_not_told(
    intake: ServiceUnderTest,
) -> None:
    found = await call_about(intake, "my mother was injured")
    await tell(intake, text="nobody was injured", transcript={"text": "I only suggest a new opening hour"})
    assert await intake.said(ComplaintJudgedAgain) == []
    [row] = await intake.rows("SELECT text FROM contact")
    assert "nobody was injured" in row["text"]
    assert (await complaint(intake, found))["severity"] == "S1"


async def test_sev_1_a_late_word_of_fraud_asks_for_a_freeze_once(intake: ServiceUnderTest) -> None:
    await call_about(intake, "my bill is wrong")
    await tell(intake, transcript={"text": "somebody made a sim swap"})
    await tell(intake, transcript={"text": "somebody made a sim swap, it is fraud"})
    assert len(await intake.said(ComplaintJudgedAgain)) == 1
    assert len(await intake.said(ServiceFreezeAsked)) == 1


async def test_sev_1_a_late_word_of_a_dead_line_is_critical_for_a_key_account_alone(
    intake: ServiceUnderTest,
) -> None:
    for number, grade in enumerate(("K", "S")):
        await accepted(
            intake,
            "phone",
            call_id=f"c{number}",
            text="my bill is wrong",
            customer={"external_id": f"e{number}", "grade": grade},
        )
        await tell(intake, f"c{number}", transcript={"text": "and there is no signal"})
    assert [event.severity for event in await intake.said(ComplaintJudgedAgain)] == ["S1", "S2"]


async def test_a_late_threat_adds_risk_without_making_it_more_severe_than_it_is(
    intake: ServiceUnderTest,
) -> None:
    found = await call_about(intake, "no signal at home")
    assert found["risk_score"] == 0
    await tell(intake, transcript={"text": "I will tell the regulator"})
    [told] = await intake.said(ComplaintJudgedAgain)
    assert (told.was, told.severity, told.severity_rule) == ("S2", "S2", "SEV-2")
    assert (told.risk_score, told.tags) == (30, (Tag.NO_SERVICE, Tag.REGULATOR_THREAT))
    assert (await complaint(intake, found))["risk_reasons"] == ["REGULATOR_THREAT"]


async def test_late_words_tell_what_a_call_without_meaning_is_about(intake: ServiceUnderTest) -> None:
    found = await call_about(intake, "hello")
    assert (found["case_type"], found["tells_of_trouble"]) == ("COMPLAINT", False)
    await tell(intake, transcript={"text": "you overcharged me, you idiots"})
    now = await complaint(intake, found)
    assert (now["case_type"], now["tells_of_trouble"], now["abusive"]) == ("BILLING", True, True)


async def test_late_words_of_what_has_ended_are_kept_and_judged_no_more(intake: ServiceUnderTest) -> None:
    found = await call_about(intake, "my bill is wrong")
    complaint_id = (await intake.said(ComplaintReceived))[0].complaint_id
    await intake.hears(resolved(complaint_id), closed(complaint_id))
    await tell(intake, transcript={"text": "the box is on fire"})
    assert await intake.said(ComplaintJudgedAgain) == []
    assert (await complaint(intake, found))["severity"] == "S3"


def standing(text: str) -> Standing:
    judgement = RULES.judge(text)
    return Standing(
        judgement.severity,
        judgement.severity_rule,
        judgement.case_type,
        judgement.tags,
        judge_risk(judgement.tags, (), 1, 0, POLICY.risk),
        judgement.abusive,
        judgement.tells_of_trouble,
    )


def later(before: Standing, text: str) -> Standing:
    judgement = RULES.judge(text, None, Decimal(1))
    return judge_again(before, Found(judgement.severity, judgement.severity_rule), judgement, POLICY.risk)


@STEADY
@given(st.sampled_from(TEXTS), st.permutations(TEXTS))
def test_sev_whatever_comes_in_whatever_order_nothing_is_ever_lowered_or_forgotten(
    first: str, rest: list[str]
) -> None:
    now = standing(first)
    for text in rest:
        before, now = now, later(now, text)
        assert now.severity <= before.severity
        assert now.risk.score >= before.risk.score
        assert set(before.tags) <= set(now.tags)
        assert later(now, text) == now, "the same words again tell nothing new"
    assert now.severity is Severity.S1
    assert (before.case_type is CaseType.COMPLAINT) or now.case_type is before.case_type


def test_added_tags_weigh_what_the_policy_says_and_only_once() -> None:
    threatened = add_tags(Risk(0, ()), [Tag.MEDIA_THREAT, Tag.BROKEN_PROMISE], POLICY.risk)
    assert threatened == Risk(45, ("MEDIA_THREAT", "PROMISES_BROKEN"))
    assert add_tags(threatened, [Tag.MEDIA_THREAT, Tag.BROKEN_PROMISE], POLICY.risk) == threatened
    heavier = POLICY.risk.model_copy(update={"tags": {Tag.MEDIA_THREAT: 90}})
    assert add_tags(Risk(50, ()), [Tag.MEDIA_THREAT], heavier).score == 100
