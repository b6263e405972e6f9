"""SEV-3 and SEV-4 at the door: every kind of matter once in each language, beside words that only sound like it."""

import pytest

from shared.events.intake import ComplaintReceived
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import post

UNKNOWN = "\n[intake.severity]\ndefault='S1'\ndefault_rule='NONE'"


def policy(name: str = "billing", words: str = "") -> str:
    """One in which what no rule knows stands out, and perhaps one word rule has other words."""
    changed = f"[intake.severity.words.{name}]\nwords=['{words}']\n" if words else ""
    return f"[intake]\nversion='t'\n{changed}{UNKNOWN}"


async def judged(intake: ServiceUnderTest, *texts: str) -> list[tuple[str, str]]:
    """Severity and rule of these texts, each of somebody nobody knows."""
    for text in texts:
        assert (await post(intake, text=text)).status_code == 201
    events = await intake.said(ComplaintReceived)
    return [(event.severity, event.severity_rule) for event in events]


@pytest.mark.parametrize(
    ("name", "chinese", "english", "neither"),
    [
        (
            "degraded",
            "晚上信号差，断断续续",
            "speeds are far below what I pay for",
            "the speedometer is fine",
        ),
        ("billing", "这个月多扣了两次流量费", "I was charged twice for roaming", "we play billiards"),
        (
            "contract",
            "合同里没写违约金",
            "you want an early termination fee",
            "the cat has contracted a cold",
        ),
        ("unordered_service", "未经我同意开通了会员", "I never subscribed to this", "I did order this"),
        ("broken_promise", "答应三天回电，一直没人", "your agent promised to ring me", "a promising network"),
    ],
)
async def test_sev_3_worse_service_bills_contracts_unordered_services_and_broken_promises_are_moderate(
    start_service: StartService, name: str, chinese: str, english: str, neither: str
) -> None:
    intake = await start_service("intake", policy())
    moderate, unknown = ("S3", "SEV-3"), ("S1", "NONE")
    assert await judged(intake, chinese, english, neither) == [moderate, moderate, unknown]
    changed = await start_service("intake", policy(name, "the king"))
    assert await judged(changed, english, "the king") == [unknown, moderate]


@pytest.mark.parametrize(
    ("name", "chinese", "english", "neither"),
    [
        ("staff_manner", "营业员爱答不理", "your agent was dismissive", "your agent was there"),
        ("suggestion", "希望增加夜间套餐", "please consider a night tariff", "is there a night tariff"),
        ("harmless_information", "网页错误", "there is a typo on your page", "there is a page"),
    ],
)
async def test_sev_4_manner_suggestions_and_harmless_slips_are_minor(
    start_service: StartService, name: str, chinese: str, english: str, neither: str
) -> None:
    intake = await start_service("intake", policy())
    minor, unknown = ("S4", "SEV-4"), ("S1", "NONE")
    assert await judged(intake, chinese, english, neither) == [minor, minor, unknown]
    changed = await start_service("intake", policy(name, "the king"))
    assert await judged(changed, english, "the king") == [unknown, minor]


@pytest.mark.parametrize(
    ("text", "severity", "rule"),
    [
        ("your agent was rude and I was charged twice", "S3", "SEV-3"),
        ("I suggest you mend the slow line", "S3", "SEV-3"),
        ("I was charged twice and there is no signal at all", "S2", "SEV-2"),
        ("the slow line has exploded", "S1", "SEV-1"),
    ],
)
async def test_sev_3_and_4_the_worse_of_two_matters_counts(
    intake: ServiceUnderTest, text: str, severity: str, rule: str
) -> None:
    assert await judged(intake, text) == [(severity, rule)]
