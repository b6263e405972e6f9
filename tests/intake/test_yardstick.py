"""Complaint or not, and how severe: held against rows labelled by hand, and shown by own small data as well."""

from collections import Counter

import pytest

from services.intake.judge_severity import SeverityRules
from services.intake.policy import IntakePolicy
from shared.events.intake import ComplaintReceived
from shared.runtime.policy import load_policy
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post
from .yardstick import Judged, Score, held_out, judge, labels, report, score, texts

POLICY = load_policy(IntakePolicy, "intake")


def tells_of_trouble(text: str, trouble: tuple[str, ...] = POLICY.trouble) -> bool:
    return SeverityRules(POLICY.severity, POLICY.abuse, trouble).judge(text).tells_of_trouble


@pytest.mark.parametrize(
    "text",
    [
        "为什么我的话费没了",
        "宽带断网三天了",
        "短信怎么收不到",
        "我要投诉你们",
        "my bill is wrong",
        "The shop assistant was rude",
        "I cannot log in",
    ],
)
def test_what_went_wrong_tells_of_trouble(text: str) -> None:
    assert tells_of_trouble(text)
    assert not tells_of_trouble("hello", ())


@pytest.mark.parametrize(
    "text",
    [
        "查一下我的话费余额",
        "转人工服务",
        "谢谢再见",
        "建议增加自助打印机",
        "What does the contract cost",
        "hello",
    ],
)
def test_questions_suggestions_and_greetings_do_not(text: str) -> None:
    assert not tells_of_trouble(text)
    assert tells_of_trouble(text, (text,))


async def test_what_tells_of_no_trouble_is_accepted_and_marked(
    intake: ServiceUnderTest, start_service: StartService
) -> None:
    found = await accepted(intake, text="查一下我的话费余额")
    await post(intake, text="为什么我的话费没了")
    assert found["tells_of_trouble"] is False
    assert [event.tells_of_trouble for event in await intake.said(ComplaintReceived)] == [False, True]
    changed = await start_service("intake", "[intake]\nversion='t'\ntrouble=['余额']")
    await post(changed, text="查一下我的话费余额")
    assert [event.tells_of_trouble for event in await changed.said(ComplaintReceived)] == [True]


async def test_an_amount_in_dispute_is_trouble_whatever_the_words(intake: ServiceUnderTest) -> None:
    assert (await accepted(intake, text="hello", amount_in_dispute=5))["tells_of_trouble"] is True


def test_precision_and_recall_are_shares_of_found_and_of_labelled() -> None:
    judged = [
        Judged("calls", "S3", "S3"),
        Judged("calls", "S2", "S3"),
        Judged("calls", "", "S3"),
        Judged("calls", "S3", ""),
        Judged("messages", "", ""),
    ]
    assert score(judged) == Score(right=2, found=3, labelled=3)
    assert score(judged, "S3") == Score(right=1, found=3, labelled=2)
    assert score(judged, "S1") == Score(0, 0, 0)
    assert (score(judged).precision, score(judged, "S3").recall, score(judged, "S1").recall) == (
        2 / 3,
        0.5,
        0,
    )
    assert "calls: S3" in report(judged)


def test_own_small_data_are_judged_as_they_are_labelled() -> None:
    own = [("calls", "为什么打不了电话", "S2"), ("calls", "查余额", ""), ("messages", "营业员态度冷漠", "S4")]
    assert all(one.labelled == one.found for one in judge(own))


def test_three_hundred_rows_are_labelled_each_once_with_ids_and_no_words() -> None:
    rows = labels()
    assert len({(source, row) for source, row, _ in rows}) == len(rows) == 300
    assert {label for _, _, label in rows} <= {"", "S1", "S2", "S3", "S4"}
    assert all(row.isascii() and len(row) < 25 for _, row, _ in rows)


def test_about_half_of_the_rows_are_held_out_for_ever() -> None:
    out = [row for _, row, _ in labels() if held_out(row)]
    assert 120 < len(out) < 180
    assert held_out("row 1") is held_out("row 1")


def test_the_labelled_rows_are_judged_better_than_by_chance() -> None:
    known = texts()
    if not known:
        pytest.skip("the sample data are not here")
    judged = judge((source, known[source, row], label) for source, row, label in labels())
    print(report(judged))
    found = score(judged)
    usual = Counter(bool(one.labelled) for one in judged)[True] / len(judged)
    assert found.precision > usual
    assert found.recall > 0.5
