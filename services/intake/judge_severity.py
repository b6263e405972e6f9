"""Decides from its words how severe a complaint is, what it is about, and what else they tell."""

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from shared.events.vocabulary import Severity, Tag

from .case_type import CaseType
from .know_heading import Headings
from .policy import AbusePolicy, HeadingPolicy, SeverityPolicy
from .word_lists import Excepted, WordLists, comparable


class Judgement(NamedTuple):
    """severity_rule: the rule that set the severity; abusive: the text insults our staff; tags: what else it says.

    tells_of_trouble: something went wrong, as far as words can tell; what does not is accepted all the same.
    """

    severity: Severity
    severity_rule: str
    case_type: CaseType
    abusive: bool
    tags: tuple[Tag, ...] = ()
    tells_of_trouble: bool = True


class SeverityRules:
    """The policy's word rules, ready to be tried on many texts."""

    def __init__(
        self,
        policy: SeverityPolicy,
        abuse: AbusePolicy,
        trouble: tuple[str, ...] = (),
        headings: HeadingPolicy | None = None,
    ) -> None:
        self._policy = policy
        self._headings = Headings(headings) if headings else None
        self._rules = list(policy.words.values())
        lists = [*(rule.words for rule in self._rules), abuse.words, trouble]
        excepted = [(number, rule) for number, rule in enumerate(self._rules) if rule.unless]
        self._words = WordLists([*lists, *(rule.unless for _, rule in excepted)])
        self._excepted = {
            place: (number, Excepted(rule.words, rule.unless))
            for place, (number, rule) in enumerate(excepted, start=len(lists))
        }
        self._found_in_category = lru_cache(maxsize=4096)(lambda name: self._found_in(comparable(name)))

    def judge(self, text: str, category: str | None = None, amount: Decimal | None = None) -> Judgement:
        """SEV-1..4: the first rule that fits sets the severity, the first with a case type sets that.

        Who disputes an `amount` tells of trouble, whatever the words are; how severe it is, the fee tells later.
        """
        compared = comparable(text)
        found = self._found_in(compared) | (self._found_in_category(category) if category else set())
        fitting = [rule for number, rule in enumerate(self._rules) if number in found]
        severity, rule_id = next(
            ((rule.severity, rule.rule) for rule in fitting if rule.severity),
            (None, self._policy.default_rule),
        )
        case_type = next((rule.case_type for rule in fitting if rule.case_type), CaseType.COMPLAINT)
        abusive = len(self._rules) in found
        tags = dict.fromkeys(rule.tag for rule in fitting if rule.tag)
        if abusive:
            tags[Tag.ABUSE] = None
        troubled = len(self._rules) + 1 in found or not all(rule.topic for rule in fitting)
        return Judgement(
            severity or self._policy.default,
            rule_id,
            case_type,
            abusive,
            tuple(tags),
            troubled or abusive or amount is not None or self._is_heading(compared),
        )

    def _is_heading(self, text: str) -> bool:
        return self._headings is not None and self._headings.is_heading(text)

    def _found_in(self, text: str) -> set[int]:
        found = self._words.found_in(text)
        for phrases in self._excepted.keys() & found:
            number, excepted = self._excepted[phrases]
            if number in found and not excepted.counts_in(text):
                found.discard(number)
        return found
