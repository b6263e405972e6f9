"""SEV-1 to SEV-4 at the door: each level once where its rule bites, once where it does not, once with other policy."""

from typing import Any

import httpx
import pytest

from shared.events.intake import ComplaintReceived
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import post


async def severities(intake: ServiceUnderTest, *contacts: dict[str, Any]) -> list[tuple[str, str]]:
    """Severity and rule of these contacts, each of a customer of its own."""
    before = len(await intake.said(ComplaintReceived))
    for number, fields in enumerate(contacts):
        answer = await post(intake, **({"customer": {"external_id": f"c{before}-{number}"}} | fields))
        assert answer.status_code == 201, answer.text
    told = (await intake.said(ComplaintReceived))[before:]
    return [(event.severity, event.severity_rule) for event in told]


def only(name: str, words: str) -> str:
    """A policy in which one word rule has other words."""
    return f"[intake]\nversion='t'\n[intake.severity.words.{name}]\nwords=['{words}']"


@pytest.mark.parametrize(
    ("severity", "rule", "bites", "name", "does_not"),
    [
        ("S1", "SEV-1", "楼下线杆倒了，电线垂落", "danger_to_life", "楼下线杆很难看"),
        (
            "S1",
            "SEV-1",
            "somebody did a sim swap on my number",
            "fraud_running",
            "somebody has my old number",
        ),
        ("S2", "SEV-2", "宽带断网三天了", "no_service", "宽带装好三天了"),
        (
            "S2",
            "SEV-2",
            "you suspended my line although I paid",
            "wrong_suspension",
            "my line, I paid for it",
        ),
        ("S2", "SEV-2", "I will tell a journalist", "media", "I will tell my mother"),
        ("S2", "SEV-2", "我要打12315", "regulator", "我要打电话"),
        ("S2", "SEV-2", "他们押金不退", "large_sums", "我的押金是多少"),
        ("S2", "SEV-2", "they won't return my deposit", "large_sums", "they returned my deposit"),
        ("S3", "SEV-3", "莫名其妙开通了彩铃", "unordered_service", "随便听听歌"),
        ("S3", "SEV-3", "this month I was charged twice", "billing", "this month was long"),
        ("S4", "SEV-4", "the shop assistant was rude", "staff_manner", "the shop assistant was there"),
        ("S4", "SEV-4", "建议增加自助打印机", "suggestion", "自助打印机"),
    ],
)
async def test_sev_1_to_4_a_rule_bites_by_its_words_and_only_while_they_are_policy(
    start_service: StartService, severity: str, rule: str, bites: str, name: str, does_not: str
) -> None:
    other = "[intake.severity]\ndefault='S3'\ndefault_rule='NONE'"
    intake = await start_service("intake", f"[intake]\nversion='t'\n{other}")
    assert await severities(intake, {"text": bites}, {"text": does_not}) == [(severity, rule), ("S3", "NONE")]
    changed = await start_service("intake", only(name, "the king") + f"\n{other}")
    assert await severities(changed, {"text": bites}) != [(severity, rule)]


@pytest.mark.parametrize(
    "text",
    [
        "营业员当面辱骂客户",
        "因为我是外地人就歧视我",
        "你们员工泄露我的通话记录",
        "your agent swore at me",
        "they discriminated against my wife",
        "your agent leaked my address",
    ],
)
async def test_sev_2_staff_who_abuse_discriminate_or_leak_are_severe_and_bad_manners_are_not(
    intake: ServiceUnderTest, start_service: StartService, text: str
) -> None:
    found = await severities(
        intake, {"text": text}, {"text": "营业员态度冷淡"}, {"text": "your agent was rude"}
    )
    assert found == [("S2", "SEV-2"), ("S4", "SEV-4"), ("S4", "SEV-4")]
    changed = await start_service("intake", only("staff_abuse", "the king"))
    assert await severities(changed, {"text": text}) != [("S2", "SEV-2")]


async def test_sev_2_an_amount_of_three_monthly_fees_is_severe_by_the_fee_of_the_registry(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    dispute = {"text": "this is about money", "amount_in_dispute": "150"}
    dear = {"customer": {"external_id": "dear"}}
    for service in (intake, await start_service("intake", amount("monthly_fees=2"))):
        await register(service, {"external_id": "cheap", "monthly_fee": "50"})
        await register(service, {"external_id": "dear", "monthly_fee": "60"})
    assert await severities(
        intake,
        dispute | {"customer": {"external_id": "cheap"}},
        dispute | dear | {"amount_in_dispute": "179.99"},
        {"text": "no money in it"},
    ) == [("S2", "SEV-2"), ("S3", "SEV-3"), ("S3", "SEV-3")]
    assert await severities(service, dispute | dear) == [("S2", "SEV-2")]


async def test_sev_2_the_fee_that_a_contact_tells_comes_before_the_registrys_and_the_usual_one_after_both(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    await register(intake, {"external_id": "c1", "monthly_fee": "50"})
    dispute = {"text": "this is about money", "amount_in_dispute": "299"}
    told = dispute | {"customer": {"external_id": "c1", "monthly_fee": "100"}}
    assert await severities(intake, told, dispute, dispute | {"amount_in_dispute": "300"}) == [
        ("S3", "SEV-3"),
        ("S3", "SEV-3"),
        ("S2", "SEV-2"),
    ]
    changed = await start_service("intake", amount("usual_monthly_fee=99"))
    assert await severities(changed, dispute) == [("S2", "SEV-2")]


async def test_sev_2_a_large_amount_makes_nothing_milder(intake: ServiceUnderTest) -> None:
    large = {"amount_in_dispute": "1000"}
    assert await severities(
        intake, large | {"text": "the pole is on fire"}, large | {"text": "your agent was rude"}
    ) == [("S1", "SEV-1"), ("S2", "SEV-2")]


async def test_sev_3_what_no_rule_knows_is_a_dispute_until_a_person_has_read_it(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    assert await severities(intake, {"text": "hello there"}) == [("S3", "SEV-3")]
    changed = "[intake]\nversion='t'\n[intake.severity]\ndefault='S4'\ndefault_rule='SEV-4'"
    assert await severities(await start_service("intake", changed), {"text": "hello there"}) == [
        ("S4", "SEV-4")
    ]


async def test_sev_4_manner_without_harm_and_what_is_only_suggested_are_minor(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    rude, idea, harm = (
        "your agent was impolite",
        "I suggest a night tariff",
        "impolite, and no signal at home",
    )
    told = await severities(intake, {"text": rude}, {"text": idea}, {"text": harm})
    assert told[:2] == [("S4", "SEV-4"), ("S4", "SEV-4")]
    assert told[2] != ("S4", "SEV-4")
    changed = await start_service("intake", only("staff_manner", "grumpy"))
    assert await severities(changed, {"text": rude}, {"text": "a grumpy agent"}) == [
        ("S3", "SEV-3"),
        ("S4", "SEV-4"),
    ]


def amount(change: str) -> str:
    """A policy with another idea of a large amount."""
    return f"[intake]\nversion='t'\n[intake.severity.amount]\n{change}"


async def register(intake: ServiceUnderTest, customer: dict[str, str]) -> httpx.Response:
    """Enter one customer of the operator's systems."""
    return await intake.client.post("/intake/v1/customers", json={"customers": [customer]})
