"""The report as people and programs read it."""

import json
from uuid import UUID

import pytest

from services.command.reader import choose_language
from services.command.replay.conservation import Difference, Finding, Ledger, Place
from services.command.replay.rejects import _DETAILS, Reason
from services.command.replay.report import Report
from services.command.replay.report_texts import FINDINGS, TEXTS
from services.command.replay.tally import Outcome, Tally

LOST = tuple(UUID(int=number) for number in range(1, 31))


def report(*differences: Difference) -> Report:
    tally = Tally(read=40)
    tally.outcomes[Outcome.CREATED] = 38
    tally.rejected[Reason.BAD_DATE] = 2
    return Report("f.csv", "letters", 2.0, tally, "rejects.csv", Ledger(()), differences=differences)


def test_a_report_that_balances_says_so_in_both_languages() -> None:
    assert "It balances" in report().as_text("en")
    assert "账目相符" in report().as_text("zh-CN")


def test_a_difference_names_the_first_ids_and_how_many_more_there_are() -> None:
    text = report(Difference(Finding.NOT_OWNED, 30, LOST)).as_text("en")
    assert "30 complaints have no owner [NOT_OWNED]" in text
    assert str(LOST[19]) in text
    assert str(LOST[20]) not in text
    assert "and 10 more" in text
    assert "It does not balance" in text


def test_the_json_report_has_all_ids_and_can_be_read_by_programs() -> None:
    told = json.loads(json.dumps(report(Difference(Finding.NOT_OWNED, 30, LOST)).as_json()))
    assert told["balances"] is False
    assert told["differences"][0]["ids"] == [str(one) for one in LOST]
    assert told["rows"] == {
        "read": 40,
        "created": 38,
        "attached": 0,
        "already_known": 0,
        "rejected": 2,
        "unanswered": 0,
    }
    assert told["rejected"] == {"BAD_DATE": 2}


def test_the_share_that_may_be_no_complaints_is_told_to_people_and_programs() -> None:
    ledger = Ledger(LOST[:4])
    for number, one in enumerate(LOST[:4]):
        ledger.saw(Place.RECEIVED, {"complaint_id": str(one), "tells_of_trouble": number > 2})
    told = Report("f", "s", 1.0, Tally(), "r", ledger)
    assert "may be no complaints: 3 (75.0%)" in told.as_text("en")
    assert "可能并非投诉：3（75.0%）" in told.as_text("zh-CN")
    complaints = told.as_json()["complaints"]
    assert (complaints["without_trouble"], complaints["share_without_trouble"]) == (3, 0.75)
    assert complaints["kinds"] == {"COMPLAINT": 4}


def test_a_service_that_said_nothing_keeps_the_report_from_balancing() -> None:
    silent = Report("f", "s", 1.0, Tally(), "r", Ledger(()), silent={Place.PROMISED: "nobody answers"})
    assert not silent.balances
    assert "sla did not tell what it has: nobody answers" in silent.as_text("en")


def test_every_finding_and_reason_has_words_in_both_languages() -> None:
    assert set(FINDINGS) == set(Finding)
    assert set(_DETAILS) == set(Reason)
    for pair in [*TEXTS.values(), *FINDINGS.values(), *_DETAILS.values()]:
        assert all(pair)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "zh_TW"}, "zh-CN"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh-CN"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_environment(environment: dict[str, str], language: str) -> None:
    assert choose_language(environment) == language
