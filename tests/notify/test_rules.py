"""The rules of notify, by cases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.notify.choose_delivery import Address, choose_delivery
from services.notify.judge_outcome import Fate, Outcome, State, judge_outcome, when_to_retry
from services.notify.overtaken import Stage, is_overtaken
from services.notify.policy import RetryPolicy
from services.notify.render_text import render_text, say_moment
from shared.events.vocabulary import Channel, Language, MessageKind, Role, SkipReason

SMS_ONLY = frozenset({Channel.SMS})
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATEST_BACK, SOONEST_BACK = UUID(int=1023), UUID(int=0)
RETRY = RetryPolicy(attempts=3, first_after=10, longest=25)
TOLD = MessageKind


@pytest.mark.parametrize(
    ("channel", "address", "overtaken", "reason"),
    [
        (Channel.SMS, Address.READABLE, False, None),
        (None, Address.READABLE, False, SkipReason.NO_ADDRESS),
        (Channel.SMS, Address.MISSING, False, SkipReason.NO_ADDRESS),
        (Channel.SMS, Address.UNREADABLE, False, SkipReason.ADDRESS_UNREADABLE),
        (Channel.EMAIL, Address.READABLE, False, SkipReason.CHANNEL_NOT_SERVED),
        (Channel.SMS, Address.READABLE, True, SkipReason.OVERTAKEN),
        (Channel.SMS, Address.MISSING, True, SkipReason.NO_ADDRESS),
        (Channel.SMS, Address.UNREADABLE, True, SkipReason.ADDRESS_UNREADABLE),
        (Channel.EMAIL, Address.READABLE, True, SkipReason.CHANNEL_NOT_SERVED),
    ],
)
def test_a_message_is_sent_or_skipped_for_one_reason(
    channel: Channel | None, address: Address, overtaken: bool, reason: SkipReason | None
) -> None:
    assert choose_delivery(channel, address, SMS_ONLY, overtaken=overtaken) is reason


OWED = {TOLD.RECEIPT, TOLD.ANSWER, TOLD.REJECTED, TOLD.APPEAL_NOTED, TOLD.APPEAL_TO_DECIDE} | {
    TOLD.REMEDY_APPROVED,
    TOLD.REMEDY_PAID,
    TOLD.SUGGESTION_DECIDED,
    TOLD.APPEAL_DECIDED,
    TOLD.FREEZE_ASKED,
    TOLD.FREEZE_OVERDUE,
    TOLD.CLOSED,
    TOLD.EARLIER_COMPLAINTS,
    TOLD.REMEDY_UNPAID,
}


@pytest.mark.parametrize(
    ("stage", "still_said"),
    [
        (Stage.OPEN, set(TOLD) - {TOLD.RESOLVED, TOLD.QUESTION, TOLD.CLOSED}),
        (
            Stage.RESOLVED,
            OWED
            | {TOLD.RESOLVED, TOLD.QUESTION, TOLD.CALLER_UNKNOWN, TOLD.OWNER_CHANGED}
            | {TOLD.CONTACT_PASSED_ON, TOLD.ANSWER_HELD}
            | {TOLD.SUPERIOR_PROMISED, TOLD.SUPERIOR_CALLED},
        ),
        (Stage.CLOSED, OWED),
    ],
)
def test_each_stage_leaves_the_messages_that_still_help(stage: Stage, still_said: set[MessageKind]) -> None:
    assert {kind for kind in MessageKind if not is_overtaken(kind, 1, stage, 1)} == still_said


def test_a_rejected_resolution_is_not_told_after_the_next_one() -> None:
    assert is_overtaken(MessageKind.RESOLVED, 1, Stage.RESOLVED, 2)
    assert not is_overtaken(MessageKind.RESOLVED, 2, Stage.RESOLVED, 2)
    assert not is_overtaken(MessageKind.RECEIPT, 1, Stage.RESOLVED, 2)


@pytest.mark.parametrize(
    ("fate", "attempts", "overtaken", "state"),
    [
        (Fate.TAKEN, 1, True, State.SENT),
        (Fate.REFUSED, 1, False, State.FAILED),
        (Fate.UNCLEAR, 1, False, State.UNKNOWN),
        (Fate.UNREADABLE, 1, False, State.SKIPPED),
        (Fate.NOT_TAKEN, 2, False, State.PENDING),
        (Fate.NOT_TAKEN, 3, False, State.FAILED),
        (Fate.NOT_TAKEN, 1, True, State.SKIPPED),
        (Fate.RELEASED, 3, False, State.PENDING),
        (Fate.RELEASED, 1, True, State.SKIPPED),
    ],
)
def test_only_what_was_provably_not_taken_is_tried_again(
    fate: Fate, attempts: int, overtaken: bool, state: State
) -> None:
    verdict = judge_outcome(Outcome(fate, "x"), LATEST_BACK, attempts, NOW, RETRY, overtaken=overtaken)
    assert verdict.state is state
    assert (verdict.not_before is None) == (state is not State.PENDING)


def test_the_number_of_attempts_is_policy() -> None:
    more = RETRY.model_copy(update={"attempts": 4})
    outcome = Outcome(Fate.NOT_TAKEN, "http_503")
    assert judge_outcome(outcome, LATEST_BACK, 3, NOW, RETRY, overtaken=False).state is State.FAILED
    assert judge_outcome(outcome, LATEST_BACK, 3, NOW, more, overtaken=False).state is State.PENDING


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 10), (2, 20), (3, 25), (500, 25)])
def test_each_attempt_waits_twice_as_long_up_to_the_longest(attempts: int, seconds: float) -> None:
    assert when_to_retry(SOONEST_BACK, attempts, RETRY) == timedelta(seconds=seconds / 2)
    latest = when_to_retry(LATEST_BACK, attempts, RETRY)
    assert timedelta(seconds=seconds * 0.99) < latest <= timedelta(seconds=seconds)


def test_fc_13_a_customers_text_carries_the_owners_name_as_soon_as_there_is_one() -> None:
    facts = {"receipt": "R1", "owner": "Front desk 1"}
    said = render_text("Complaint {receipt}.", "{owner} answers for it.", Role.CUSTOMER, facts)
    assert said == "Complaint R1. Front desk 1 answers for it."
    assert render_text("{owner}: {receipt}.", "{owner}!", Role.CUSTOMER, facts) == "Front desk 1: R1."
    assert (
        render_text("Complaint {receipt}.", "{owner}!", Role.CUSTOMER, facts | {"owner": ""})
        == "Complaint R1."
    )
    assert render_text("Complaint {receipt}.", "{owner}!", Role.OWNER, facts) == "Complaint R1."


def test_a_name_with_braces_is_only_a_name() -> None:
    assert render_text("{owner}", "", Role.CUSTOMER, {"owner": "{receipt}"}) == "{receipt}"


def test_cal_3_a_moment_is_told_in_the_zone_and_the_language_of_the_reader() -> None:
    moment = datetime(2026, 12, 31, 16, 5, tzinfo=UTC)
    assert say_moment(moment, Language.CHINESE, "Asia/Shanghai") == "2027年1月1日 00:05"
    assert say_moment(moment, Language.ENGLISH, "Asia/Shanghai") == "1 Jan 2027, 00:05 (UTC+08:00)"
    assert say_moment(moment, Language.ENGLISH, "Asia/Kolkata") == "31 Dec 2026, 21:35 (UTC+05:30)"
    said = say_moment(moment, Language.CHINESE, "America/St_Johns", elsewhere=True)
    assert said == "2026年12月31日 12:35（UTC-03:30）"
