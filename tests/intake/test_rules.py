"""The pure rules of intake, by cases."""

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.case_type import CaseType
from services.intake.decide_grade import decide_grade
from services.intake.guess_language import guess_language
from services.intake.identify_customer import CustomerKeys, KnownKeys
from services.intake.judge_severity import SeverityRules
from services.intake.next_status import NEXT_STATUS, Status
from services.intake.policy import IntakePolicy, LanguagePolicy
from services.intake.receipt_number import check_digit, receipt_number
from services.intake.reply_address import choose_reply, masked
from services.intake.word_lists import WordLists
from shared.events.vocabulary import Channel, Grade, Language, Severity
from shared.runtime.policy import load_policy

from .steady import STEADY

POLICY = load_policy(IntakePolicy, "intake")
RULES = SeverityRules(POLICY.severity, POLICY.abuse)


def judged(text: str, category: str | None = None) -> tuple[str, str, str]:
    judgement = RULES.judge(text, category)
    return judgement.severity, judgement.severity_rule, judgement.case_type


@pytest.mark.parametrize(
    ("text", "severity", "rule", "case_type"),
    [
        ("楼下电线杆起火了，快派人来", "S1", "SEV-1", "SAFETY"),
        ("The pole outside caught fire last night", "S1", "SEV-1", "SAFETY"),
        ("我的号码被盗，正在被人用来诈骗", "S1", "SEV-1", "FRAUD"),
        ("Somebody did a SIM swap on me and it is fraud", "S1", "SEV-1", "FRAUD"),
        ("宽带断网三天了没人来修", "S2", "SEV-2", "FAULT"),
        ("No dial tone on the line, medical alarm depends on it.", "S2", "SEV-2", "FAULT"),
        ("无缘无故停机，影响我做生意", "S2", "SEV-2", "SUSPENSION"),
        ("You suspended my line although I paid", "S2", "SEV-2", "SUSPENSION"),
        ("再不退费我就打12315", "S2", "SEV-2", "BILLING"),
        ("I will go to the FCC about these charges", "S2", "SEV-2", "BILLING"),
        ("营业员辱骂客户", "S2", "SEV-2", "STAFF_CONDUCT"),
        ("Your agent leaked my address", "S2", "SEV-2", "STAFF_CONDUCT"),
        ("莫名其妙开通了彩铃", "S3", "SEV-3", "UNORDERED_SERVICE"),
        ("I never ordered this premium pack", "S3", "SEV-3", "UNORDERED_SERVICE"),
        ("合同里没写违约金", "S3", "SEV-3", "CONTRACT"),
        ("这个月多扣了两次流量费", "S3", "SEV-3", "BILLING"),
        ("I was charged twice for roaming", "S3", "SEV-3", "BILLING"),
        ("小区基站信号差，断断续续", "S3", "SEV-3", "FAULT"),
        ("Speeds are far below what I pay for", "S3", "SEV-3", "FAULT"),
        ("You promised to ring me", "S3", "SEV-3", "COMPLAINT"),
        ("营业厅工作人员态度冷漠", "S4", "SEV-4", "STAFF_CONDUCT"),
        ("The shop assistant was rude", "S4", "SEV-4", "STAFF_CONDUCT"),
        ("建议增加自助打印机", "S4", "SEV-4", "SUGGESTION"),
        ("May I suggest a printer in the shop", "S4", "SEV-4", "SUGGESTION"),
        ("hello", "S3", "SEV-3", "COMPLAINT"),
    ],
)
def test_sev_1_to_4_words_tell_how_severe_it_is_and_what_it_is_about(
    text: str, severity: str, rule: str, case_type: str
) -> None:
    assert judged(text) == (severity, rule, case_type)


def test_sev_the_worst_that_is_said_counts_and_the_cause_is_what_it_is_about() -> None:
    assert judged("I was charged twice and now there is smoke, it is on fire") == ("S1", "SEV-1", "SAFETY")
    assert judged("My bill is wrong and my lawyer knows") == ("S2", "SEV-2", "BILLING")


@pytest.mark.parametrize("text", ["CHARGED TWICE", "ｃｈａｒｇｅｄ　ｔｗｉｃｅ", "被多扣了！", "多扣"])
def test_sev_case_and_width_make_no_difference(text: str) -> None:
    assert judged(text)[2] == "BILLING"


@pytest.mark.parametrize(
    "text", ["I was fired", "courteous staff", "scampi", "the billiards room", "ascourt", "refunding_x"]
)
def test_sev_words_in_latin_letters_match_whole_words_only(text: str) -> None:
    assert judged(text) == ("S3", "SEV-3", "COMPLAINT")


@STEADY
@given(
    st.lists(st.text("ab 费用", min_size=1, max_size=3).filter(str.strip), min_size=1, max_size=6),
    st.text("ab_ 费用", max_size=12),
)
def test_words_are_found_as_one_search_for_each_would_find_them(words: list[str], text: str) -> None:
    def is_in(word: str) -> bool:
        edge = "[a-z0-9_]" if word.isascii() else "(?!)"
        return re.search(f"(?<!{edge}){re.escape(word)}(?!{edge})", text) is not None

    expected = {number for number, word in enumerate(words) if is_in(word)}
    assert WordLists([[word] for word in words]).found_in(text) == expected


def test_sev_words_beside_chinese_characters_match_too() -> None:
    assert judged("我的bill不对")[2] == "BILLING"


def test_sev_the_category_says_what_it_is_about_as_well() -> None:
    assert judged("请处理一下", "资费/多收费")[2] == "BILLING"


def test_sev_the_words_and_the_default_are_policy() -> None:
    words = POLICY.severity.words["staff_manner"].model_copy(update={"words": ("hello",)})
    changed = POLICY.severity.model_copy(update={"words": {"staff_manner": words}, "default": Severity.S1})
    rules = SeverityRules(changed, POLICY.abuse)
    assert rules.judge("hello")[:3] == ("S4", "SEV-4", CaseType.STAFF_CONDUCT)
    assert rules.judge("caught fire").severity == Severity.S1
    assert rules.judge("the shop assistant was rude").severity == Severity.S1


@pytest.mark.parametrize(
    ("text", "abusive"),
    [("你们这群混蛋", True), ("this is BULLSHIT", True), ("this is bad", False), ("shitake", False)],
)
def test_abuse_is_marked_and_changes_nothing_else(text: str, abusive: bool) -> None:
    judgement = RULES.judge(text)
    assert (judgement.abusive, judgement.severity) == (abusive, Severity.S3)


def test_grd_k_a_key_account_is_one_if_a_channel_says_so_and_nothing_lowers_it() -> None:
    assert decide_grade(Grade.K, protected=False, identified=True) == Grade.K
    assert decide_grade(Grade.K, protected=True, identified=True) == Grade.K


def test_grd_v_a_vip_is_told_or_protected() -> None:
    assert decide_grade(Grade.V, protected=False, identified=True) == Grade.V
    assert decide_grade(Grade.S, protected=True, identified=True) == Grade.V
    assert decide_grade(None, protected=True, identified=False) == Grade.V


def test_grd_s_everybody_else_who_is_known_is_standard() -> None:
    assert decide_grade(None, protected=False, identified=True) == Grade.S
    assert decide_grade(Grade.S, protected=False, identified=True) == Grade.S


def test_grd_u_who_is_not_identified_is_unknown() -> None:
    assert decide_grade(None, protected=False, identified=False) == Grade.U


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_receipt_number_has_the_local_day_the_running_number_and_a_check_digit() -> None:
    late_evening_in_london = datetime(2026, 11, 21, 20, tzinfo=UTC)
    number = receipt_number(17, late_evening_in_london, ZoneInfo("Asia/Shanghai"))
    assert number[:-1] == "R2611220000017"
    assert receipt_number(12_345_678, NOW, ZoneInfo("UTC")).startswith("R26112112345678")


@STEADY
@given(st.text(alphabet="0123456789", min_size=13, max_size=16), st.data())
def test_the_check_digit_finds_every_wrong_digit(digits: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[place]]))
    assert check_digit(digits) != check_digit(digits[:place] + other + digits[place + 1 :])


def test_a_mobile_is_answered_by_sms_else_an_email_address_by_email() -> None:
    assert choose_reply("+8613800138000", "a@example.com") == (Channel.SMS, "+8613800138000")
    assert choose_reply(None, "a@example.com") == (Channel.EMAIL, "a@example.com")
    assert choose_reply(None, None) is None
    assert choose_reply("+8613800138000", "a@example.com", Channel.EMAIL) == (Channel.EMAIL, "a@example.com")
    assert choose_reply("+8613800138000", None, Channel.EMAIL) == (Channel.SMS, "+8613800138000")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+8613800138000", "+86138****8000"),
        ("+12025550123", "+120****0123"),
        ("+4712345", "+47****45"),
        ("customer@example.com", "c***@example.com"),
    ],
)
def test_an_address_is_shown_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我的账单不对", Language.CHINESE),
        ("My bill is wrong", Language.ENGLISH),
        ("Wi-Fi router 坏了，重启没用", Language.CHINESE),
        ("They call it 流量 but it is just data, and I do not want to pay for that", Language.ENGLISH),
        ("12345 !!!", Language.ENGLISH),
    ],
)
def test_the_language_is_guessed_from_the_share_of_chinese_characters(text: str, language: Language) -> None:
    assert guess_language(text, POLICY.language) == language


def test_the_share_of_chinese_characters_is_policy() -> None:
    text = "They call it 流量 but it is data"
    assert guess_language(text, LanguagePolicy(chinese_share_from=0.01)) == Language.CHINESE


def keys(external: str | None = None, *others: str) -> CustomerKeys:
    return CustomerKeys(external, others)


class Holders:
    """Plays the database: who holds a key, and what a batch of contacts adds."""

    def __init__(self, *contacts: CustomerKeys, **held: UUID) -> None:
        self.newcomers = [uuid4() for _ in contacts]
        holders = dict(held)
        for contact, newcomer in zip(contacts, self.newcomers, strict=True):
            for key in contact.all:
                holders.setdefault(key, newcomer)
        self.known = KnownKeys(holders, set())
        self.contacts = contacts

    def identified(self) -> list[UUID]:
        return [
            self.known.identify(contact, newcomer)
            for contact, newcomer in zip(self.contacts, self.newcomers, strict=True)
        ]


def test_a_customer_is_known_by_the_operators_id_first_then_by_phone_then_by_email() -> None:
    by_id, by_phone, by_email = uuid4(), uuid4(), uuid4()
    held = {"x": by_id, "p": by_phone, "e": by_email}
    assert Holders(keys("x", "p", "e"), **held).identified() == [by_id]
    assert Holders(keys(None, "p", "e"), **held).identified() == [by_phone]
    assert Holders(keys(None, "new", "e"), **held).identified() == [by_email]


def test_nobody_known_is_a_new_customer_and_without_keys_always_another_one() -> None:
    batch = Holders(keys("x"), keys(None, "p"), keys(), keys())
    assert batch.identified() == batch.newcomers


def test_new_keys_of_a_known_customer_are_theirs_from_now_on() -> None:
    customer = uuid4()
    batch = Holders(keys("x", "p"), keys(None, "p"), x=customer)
    assert batch.identified() == [customer, customer]
    assert batch.known.moved == {"p": customer}


def test_who_was_known_by_phone_only_keeps_their_history_when_the_operators_id_comes() -> None:
    customer = uuid4()
    batch = Holders(keys("x", "p"), p=customer)
    assert batch.identified() == [customer]
    assert batch.known.moved == {"x": customer}


def test_two_customers_of_the_operator_with_one_phone_stay_two() -> None:
    batch = Holders(keys("x1", "p"), keys("x2", "p"), keys(None, "p"))
    first, second, by_phone = batch.identified()
    assert first != second
    assert by_phone == first


ORDER = [
    ("receipt_told", Status.ACKNOWLEDGED),
    ("owner_named", Status.ASSIGNED),
    ("handler_assigned", Status.ASSIGNED),
    ("steps_taken", Status.IN_PROGRESS),
    ("solution_proposed", Status.PROPOSED),
    ("steps_taken", Status.PROPOSED),
    ("complaint_resolved", Status.RESOLVED),
    ("steps_taken", Status.RESOLVED),
    ("complaint_reopened", Status.REOPENED),
    ("steps_taken", Status.IN_PROGRESS),
    ("solution_proposed", Status.PROPOSED),
    ("complaint_resolved", Status.RESOLVED),
    ("complaint_closed", Status.CLOSED),
]


def next_status(status: Status, happened: str) -> Status:
    return NEXT_STATUS[happened].get(status, status)


def test_the_status_follows_a_complaint_from_receipt_to_closing_with_a_reopening() -> None:
    status = Status.RECEIVED
    for happened, expected in ORDER:
        status = next_status(status, happened)
        assert status == expected, happened


def test_a_receipt_told_late_changes_nothing() -> None:
    for status in Status:
        after = next_status(status, "receipt_told")
        assert after == (Status.ACKNOWLEDGED if status is Status.RECEIVED else status)


def test_a_closed_complaint_moves_only_when_it_is_opened_again() -> None:
    moves = {happened: next_status(Status.CLOSED, happened) for happened, _ in ORDER}
    assert {happened for happened, after in moves.items() if after != Status.CLOSED} == {"complaint_reopened"}
