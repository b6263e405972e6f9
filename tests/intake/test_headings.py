"""On English forms people often write no more than a heading: what it names went wrong, unless they ask about it (OP)."""

import pytest

from services.intake.judge_severity import SeverityRules
from services.intake.know_heading import Headings
from services.intake.policy import IntakePolicy
from services.intake.word_lists import comparable
from shared.events.intake import ComplaintReceived
from shared.events.vocabulary import Severity
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import post

POLICY = load_policy(IntakePolicy, "intake")
RULES = SeverityRules(POLICY.severity, POLICY.abuse, POLICY.trouble, POLICY.headings)
HEADINGS = [
    "Billing",
    "data cap",
    "Internet Service",
    "MONTHLY BILL",
    "modem rental fees",
    "customer service",
]


@pytest.mark.parametrize("text", HEADINGS)
def test_a_few_words_that_name_a_matter_tell_of_trouble(text: str) -> None:
    assert RULES.judge(text).tells_of_trouble
    without = SeverityRules(POLICY.severity, POLICY.abuse, POLICY.trouble)
    assert not without.judge(text).tells_of_trouble


@pytest.mark.parametrize(
    "text",
    [
        "What does the contract cost",
        "Internet price?",
        "how to pay my bill",
        "new modem please",
        "great internet service, thanks",
        "add a service",
        "hello",
        "see you at nine",
        "suggestion: cable bundles",
        "I would like to hear about the price of your internet for my mother",
        "查一下 internet 套餐",
        "套餐",
        "",
    ],
)
def test_who_asks_praises_or_writes_of_something_else_does_not(text: str) -> None:
    assert not RULES.judge(text).tells_of_trouble


def test_how_long_a_heading_is_and_what_it_names_and_asks_is_policy() -> None:
    text = comparable("modem rental fees")
    assert Headings(POLICY.headings).is_heading(text)
    for change in ({"longest": 2}, {"matters": ("tower",)}, {"asks": ("rental",)}):
        assert not Headings(POLICY.headings.model_copy(update=change)).is_heading(text)


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("Internet bait and switch", Severity.S3),
        ("Erroneous modem rental charge, and no credit for months of waiting", Severity.S3),
        ("Ongoing internet outages in my street", Severity.S2),
        ("I do not have internet and work from home", Severity.S2),
        ("Billed without service", Severity.S3),
        ("Fraudulent billing practices of yours", Severity.S3),
        ("Somebody made a fraudulent order in my name", Severity.S1),
        ("Inability to call 911 during a power outage", Severity.S1),
    ],
)
def test_english_words_of_trouble_and_how_severe_they_are(text: str, severity: Severity) -> None:
    judgement = RULES.judge(text)
    assert (judgement.severity, judgement.tells_of_trouble) == (severity, True)


async def test_a_heading_is_accepted_as_a_complaint_and_not_marked(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    await post(intake, text="Data caps")
    assert [told.tells_of_trouble for told in await intake.said(ComplaintReceived)] == [True]
    without = await start_service("intake", "[intake]\nversion='t'\n[intake.headings]\nlongest=0")
    await post(without, text="Data caps")
    assert [told.tells_of_trouble for told in await without.said(ComplaintReceived)] == [False]
