"""What a complaint is besides its story: its kind, its demand, for whom and against whom it is, and its category."""

from typing import Any

import pytest

from services.intake.case_type import CaseType
from services.intake.decide_kind import PassedOnBy, decide_kind, is_conflict_of_interest
from services.intake.judge_severity import SeverityRules
from services.intake.policy import IntakePolicy
from shared.events.intake import ComplaintReceived
from shared.events.vocabulary import ComplaintKind, DesiredRemedy, Tag
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post

POLICY = load_policy(IntakePolicy, "intake")
RULES = SeverityRules(POLICY.severity, POLICY.abuse)


def tags(text: str) -> set[str]:
    return set(RULES.judge(text).tags)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("再不解决我就找电视台曝光", "MEDIA_THREAT"),
        ("I will tell a journalist", "MEDIA_THREAT"),
        ("我要向工信部投诉你们", "REGULATOR_THREAT"),
        ("Ofcom shall hear of this", "REGULATOR_THREAT"),
        ("我会起诉你们", "LAWYER_THREAT"),
        ("You will see me in court", "LAWYER_THREAT"),
        ("你们这群混蛋", "ABUSE"),
        ("You idiots", "ABUSE"),
        ("楼下线杆倒了", "DANGER"),
        ("a fallen pole blocks the road", "DANGER"),
        ("我被骗了两千块，是诈骗", "FRAUD"),
        ("this is a sim swap", "FRAUD"),
        ("家里断网了", "NO_SERVICE"),
        ("No dial tone here", "NO_SERVICE"),
        ("答应的退款没有兑现", "BROKEN_PROMISE"),
        ("nobody called back as promised", "BROKEN_PROMISE"),
        ("叫你们经理来", "ASKS_SUPERIOR"),
        ("Put me through to your supervisor", "ASKS_SUPERIOR"),
        ("我已经打了12315", "ALREADY_ELSEWHERE"),
        ("I filed an FCC complaint already", "ALREADY_ELSEWHERE"),
    ],
)
def test_words_of_threat_abuse_danger_and_fraud_are_marked_in_both_languages(text: str, tag: str) -> None:
    assert tag in tags(text)
    assert tags("请问本月话费是多少") == tags("what is my balance") == set()


@pytest.mark.parametrize(
    ("text", "tag", "as_well"),
    [
        ("路口没有信号灯", "NO_SERVICE", "路口没有信号灯，我家也没有信号"),
        ("感谢你们的反诈骗宣传", "FRAUD", "看了反诈骗宣传还是遇到诈骗"),
        ("这里曾发生过火灾", "DANGER", "这里曾发生过火灾，现在又冒烟"),
        (
            "you built a mast beside our tennis court",
            "LAWYER_THREAT",
            "tennis court or not, see you in court",
        ),
        ("nobody was injured", "DANGER", "nobody was injured but the pole is on fire"),
    ],
)
def test_sev_a_word_does_not_count_inside_a_phrase_that_means_something_else(
    text: str, tag: str, as_well: str
) -> None:
    assert tag not in tags(text)
    assert tag in tags(as_well)
    words = {name: rule.model_copy(update={"unless": ()}) for name, rule in POLICY.severity.words.items()}
    plain = SeverityRules(POLICY.severity.model_copy(update={"words": words}), POLICY.abuse)
    assert tag in plain.judge(text).tags


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("煤气泄漏了，快来人", "S1"),
        ("小区消防通道被占用", "S1"),
        ("there is a gas leak beside your cabinet", "S1"),
        ("家里连不上网了", "S2"),
        ("怎么停机了，我没有欠费", "S2"),
        ("我要找媒体", "S2"),
        ("昨天媒体公布了新站点", "S3"),
        ("你们拖欠工程款两年了", "S2"),
        ("陌生号码整天打电话骚扰我，账单也不对", "S3"),
        ("话务员骚扰我", "S2"),
        ("城管只强拆违章建筑，信号没人管", "S3"),
        ("政府强拆我的房子", "S2"),
        ("再不解决我就不想活了", "S1"),
        ("套餐卖的是跳楼价，账单不是", "S3"),
    ],
)
def test_sev_general_words_of_danger_dead_lines_and_threats_are_known(text: str, severity: str) -> None:
    assert RULES.judge(text).severity == severity


@pytest.mark.parametrize(
    ("case_type", "found_tags", "passed_on_by", "accused", "kind"),
    [
        (CaseType.BILLING, (), PassedOnBy.REGULATOR, None, ComplaintKind.BYPASS),
        (CaseType.BILLING, (Tag.ALREADY_ELSEWHERE,), None, None, ComplaintKind.BYPASS),
        (CaseType.BILLING, (Tag.REGULATOR_THREAT,), None, None, ComplaintKind.COMPLAINT),
        (CaseType.STAFF_CONDUCT, (Tag.ASKS_SUPERIOR,), None, None, ComplaintKind.STAFF_BYPASS),
        (CaseType.BILLING, (Tag.ASKS_SUPERIOR,), None, "a7", ComplaintKind.STAFF_BYPASS),
        (CaseType.BILLING, (Tag.ASKS_SUPERIOR,), None, None, ComplaintKind.COMPLAINT),
        (CaseType.STAFF_CONDUCT, (), None, "a7", ComplaintKind.COMPLAINT),
        (CaseType.SUGGESTION, (), None, None, ComplaintKind.SUGGESTION),
    ],
)
def test_rep_9_the_kind_tells_bypasses_and_suggestions_from_other_complaints(
    case_type: CaseType,
    found_tags: tuple[Tag, ...],
    passed_on_by: PassedOnBy | None,
    accused: str | None,
    kind: ComplaintKind,
) -> None:
    assert decide_kind(case_type, found_tags, passed_on_by, accused) == kind


async def kind_of(intake: ServiceUnderTest, **fields: Any) -> str:
    return str((await accepted(intake, **fields))["kind"])


async def test_rep_9_what_came_through_others_is_a_bypass(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    for who in PassedOnBy:
        assert await kind_of(intake, passed_on_by=who) == "BYPASS"
    words = "我已经打了12315，账单还是不对"
    assert await kind_of(intake, text=words) == "BYPASS"
    assert await kind_of(intake, text="账单不对，小心我打12315") == "COMPLAINT"
    changed = "[intake]\nversion='t'\n[intake.severity.words.already_elsewhere]\nwords=['as I told the king']"
    assert await kind_of(await start_service("intake", changed), text=words) == "COMPLAINT"


async def test_staff_bypass_goes_over_the_head_of_the_member_of_staff_it_is_about(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    words = "Your agent was rude, let me talk to the manager"
    assert await kind_of(intake, text=words) == "STAFF_BYPASS"
    assert await kind_of(intake, text="let me talk to the manager about my bill") == "COMPLAINT"
    changed = "[intake]\nversion='t'\n[intake.severity.words.asks_superior]\nwords=['the king']"
    assert await kind_of(await start_service("intake", changed), text=words) == "COMPLAINT"


async def test_a_suggestion_is_a_kind_of_its_own_unless_something_is_wrong_as_well(
    intake: ServiceUnderTest,
) -> None:
    assert await kind_of(intake, text="建议增加自助打印机") == "SUGGESTION"
    assert await kind_of(intake, text="建议查一下，我的账单多扣了") == "COMPLAINT"


async def test_fc_21_a_complaint_about_staff_marks_a_conflict_of_interest(intake: ServiceUnderTest) -> None:
    await post(intake, text="the shop assistant was rude")
    await post(intake, text="my bill is wrong", accused_staff="a7")
    await post(intake, text="my bill is wrong")
    events = await intake.said(ComplaintReceived)
    assert [(e.conflict_of_interest, e.accused_staff) for e in events] == [
        (True, None),
        (True, "a7"),
        (False, None),
    ]
    assert not is_conflict_of_interest(CaseType.BILLING, None)


async def test_demand_and_desired_remedy_are_kept_apart_from_the_story(intake: ServiceUnderTest) -> None:
    found = await accepted(
        intake, text="charged twice", demand="give me back 20 yuan", desired_remedy="REFUND", area="A7-12"
    )
    assert (found["text"], found["demand"]) == ("charged twice", "give me back 20 yuan")
    [told] = await intake.said(ComplaintReceived)
    assert (told.desired_remedy, told.area) == (DesiredRemedy.REFUND, "A7-12")
    assert "20 yuan" not in told.model_dump_json()


async def test_who_complains_for_another_is_the_customer_and_the_other_is_named_here_only(
    intake: ServiceUnderTest,
) -> None:
    mother = {"relation": "FAMILY", "authorised": False, "external_id": "c9", "name": "account holder 9"}
    found = await accepted(intake, customer={"external_id": "c1"}, on_behalf_of=mother)
    await post(intake, on_behalf_of={"relation": "LAWYER", "authorised": True})
    await post(intake)
    events = await intake.said(ComplaintReceived)
    assert [event.tags for event in events] == [(Tag.ON_BEHALF, Tag.NO_AUTHORITY), (Tag.ON_BEHALF,), ()]
    assert found["on_behalf_of"] == mother
    assert "holder 9" not in events[0].model_dump_json()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"demand": ""}, "demand"),
        ({"demand": "d" * 2001}, "demand"),
        ({"desired_remedy": "A_PONY"}, "desired_remedy"),
        ({"motives": ["BOREDOM"]}, "motives.0"),
        ({"motives": ["VENT"] * 7}, "motives"),
        ({"area": "a\x00"}, "area"),
        ({"accused_staff": ""}, "accused_staff"),
        ({"passed_on_by": "KING"}, "passed_on_by"),
        ({"on_behalf_of": {"relation": "FAMILY"}}, "on_behalf_of.authorised"),
        ({"on_behalf_of": {"relation": "PET", "authorised": True}}, "on_behalf_of.relation"),
        ({"on_behalf_of": {"relation": "FAMILY", "authorised": 1}}, "on_behalf_of.authorised"),
        ({"on_behalf_of": {"relation": "FAMILY", "authorised": True, "age": 3}}, "on_behalf_of.age"),
    ],
)
async def test_wrong_particulars_are_refused_by_name(
    intake: ServiceUnderTest, fields: dict[str, Any], field: str
) -> None:
    refused = await post(intake, **fields)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await intake.said() == []
