"""Who is warned, and who hears of rungs that come late or reach nobody, through the door of events."""

from pathlib import Path

import pytest

from shared.events.vocabulary import (
    EscalationLevel,
    Role,
)
from shared.runtime.policy import PolicyError
from tests.service_under_test import ServiceUnderTest, StartService

from .duties import (
    at_risk,
    unroutable,
)
from .facts import escalated
from .hearing import HEAD, hears_in_turn, owned, told


async def test_the_first_warning_reaches_the_owner_and_the_second_the_team_lead_too(
    notify: ServiceUnderTest,
) -> None:
    complaint_id = await owned(notify)
    await hears_in_turn(notify, at_risk(complaint_id), at_risk(complaint_id, EscalationLevel.W2))
    assert [m["role"] for m in await told(notify, complaint_id, "WARNING")] == ["OWNER", "OWNER", "TEAM_LEAD"]


async def test_who_is_warned_is_policy(start_service: StartService, tmp_path: Path) -> None:
    notify = await start_service(
        "notify", HEAD + "[notify.warned]\nW2 = ['OWNER']\nW1 = []", outbound_folder=tmp_path
    )
    complaint_id = await owned(notify)
    await hears_in_turn(notify, at_risk(complaint_id), at_risk(complaint_id, EscalationLevel.W2))
    assert [m["role"] for m in await told(notify, complaint_id, "WARNING")] == ["OWNER"]


async def test_staff_read_that_a_level_is_told_late_and_who_is_missing(notify: ServiceUnderTest) -> None:
    complaint_id = await owned(notify)
    await notify.hears(escalated(complaint_id, Role.OWNER))
    await notify.hears(
        escalated(complaint_id, Role.TEAM_LEAD, told_late=True, missing=(Role.OWNER, Role.DEPARTMENT_HEAD))
    )
    await notify.hears(at_risk(complaint_id, told_late=True))
    plain, gap = [m["text"] for m in await told(notify, complaint_id, "ESCALATION")]
    assert "晚于应发时间" not in plain
    assert "无人担任" not in plain
    assert "晚于应发时间" in gap
    assert "应通知的负责人、部门负责人无人担任" in gap
    [warning] = await told(notify, complaint_id, "WARNING")
    assert "晚于应发时间" in warning["text"]


async def test_the_same_is_read_in_english(start_service: StartService, tmp_path: Path) -> None:
    notify = await start_service("notify", HEAD + "staff_language = 'en'", outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    await notify.hears(
        escalated(complaint_id, Role.TEAM_LEAD, told_late=True, missing=(Role.OWNER, Role.DEPARTMENT_HEAD))
    )
    [message] = await told(notify, complaint_id, "ESCALATION")
    assert "told later than you should" in message["text"]
    assert "owner, head of department. So you are." in message["text"]


async def test_a_rung_that_reached_nobody_is_told_where_policy_says(
    start_service: StartService, tmp_path: Path
) -> None:
    notify = await start_service("notify", HEAD + "unroutable_told = ['TEAM_LEAD']", outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    await notify.hears(unroutable(complaint_id, Role.DEPARTMENT_HEAD, Role.SERVICE_QUALITY))
    [message] = await told(notify, complaint_id, "UNROUTABLE")
    assert message["role"] == "TEAM_LEAD"
    assert "升级到 L2" in message["text"]
    assert "部门负责人、服务质量管理均无人担任" in message["text"]


@pytest.mark.parametrize("field", ["unroutable_told = ['CUSTOMER']", "freeze_told = ['HANDLER']"])
async def test_who_is_not_reached_about_every_complaint_cannot_be_named(
    start_service: StartService, field: str
) -> None:
    with pytest.raises(PolicyError, match="is not reached"):
        await start_service("notify", HEAD + field)


ASKED = {
    "W2": ("请登记下一步和承诺时间", "note the next step and until when it is promised"),
    "L1": ("正式催办，班组长自此共同负责", "the team lead answers for it too"),
    "L2": ("请在一小时内指定处理人", "assign somebody within an hour"),
    "L3": ("请安排案件复核", "have the case reviewed"),
    "L4": ("请准备最终答复函", "the final answer letter"),
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("level", EscalationLevel)
async def test_section_5_whoever_is_told_of_a_level_reads_what_it_asks_of_them(
    start_service: StartService, tmp_path: Path, level: EscalationLevel, language: str
) -> None:
    notify = await start_service("notify", HEAD + f"staff_language = '{language}'", outbound_folder=tmp_path)
    complaint_id = await owned(notify)
    is_warning = level in {EscalationLevel.W1, EscalationLevel.W2}
    told_now = (
        at_risk(complaint_id, level) if is_warning else escalated(complaint_id, Role.OWNER, level=level)
    )
    await notify.hears(told_now)
    kind = "WARNING" if is_warning else "ESCALATION"
    text = (await told(notify, complaint_id, kind))[0]["text"]
    here = {name for name, words in ASKED.items() if words[language == "en"] in text}
    assert here == {level.value} & {*ASKED}
