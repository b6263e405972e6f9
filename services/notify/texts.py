"""The texts that people read, checked when notify starts: every language, and known placeholders only."""

import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from importlib.resources import files
from string import Formatter
from typing import NamedTuple

from shared.events.vocabulary import (
    ClosingGround,
    EscalationLevel,
    Language,
    MessageKind,
    OutageDuty,
    OwnerChangeReason,
    PauseReason,
    PromiseKind,
    RejectionReason,
    RemedyKind,
    Role,
    SuggestionOutcome,
    TransferReason,
)
from shared.runtime.policy import PolicyError

from .appeal_outcome import AppealOutcome
from .area import Area
from .past import Past
from .policy import NotifyPolicy
from .progress import Progress

PLACEHOLDERS: Mapping[MessageKind, frozenset[str]] = {
    MessageKind.RECEIPT: frozenset({"receipt"}),
    MessageKind.OWNER_NAMED: frozenset({"receipt", "owner", "due"}),
    MessageKind.LATE: frozenset({"receipt", "promised", "due"}),
    MessageKind.ESCALATION: frozenset({"receipt", "owner", "level", "promised", "due"}),
    MessageKind.RESOLVED: frozenset({"receipt"}),
    MessageKind.QUESTION: frozenset({"receipt", "link"}),
    MessageKind.DUE_MOVED: frozenset({"receipt", "was", "due"}),
    MessageKind.OWNER_CHANGED: frozenset({"receipt", "owner", "reason"}),
    MessageKind.ANSWER: frozenset({"receipt", "owner", "answer"}),
    MessageKind.REJECTED: frozenset({"receipt", "reason", "due"}),
    MessageKind.APPEAL_NOTED: frozenset({"receipt", "decider", "due"}),
    MessageKind.REMEDY_APPROVED: frozenset({"receipt", "remedy", "due"}),
    MessageKind.REMEDY_PAID: frozenset({"receipt", "remedy"}),
    MessageKind.INCIDENT: frozenset({"receipt"}),
    MessageKind.APPEAL_TO_DECIDE: frozenset({"receipt", "due"}),
    MessageKind.PAUSE_ENDED: frozenset({"receipt", "owner", "reason"}),
    MessageKind.TRANSFER: frozenset({"receipt", "owner", "reason", "due"}),
    MessageKind.TRANSFER_DISPUTED: frozenset({"receipt", "owner", "due"}),
    MessageKind.TRANSFER_FAILED: frozenset({"receipt"}),
    MessageKind.CHASED: frozenset({"receipt", "owner"}),
    MessageKind.CONTACT_PASSED_ON: frozenset({"receipt", "owner"}),
    MessageKind.NOBODY_RESPONSIBLE: frozenset({"receipt", "owner"}),
    MessageKind.TASK_ASKED: frozenset({"receipt", "owner", "due"}),
    MessageKind.TASK_REFUSED: frozenset({"receipt", "owner"}),
    MessageKind.TASK_OVERDUE: frozenset({"receipt", "owner", "due"}),
    MessageKind.ANSWER_HELD: frozenset({"receipt", "due"}),
    MessageKind.URGENT: frozenset({"receipt", "due"}),
    MessageKind.NOT_URGENT: frozenset({"receipt"}),
    MessageKind.PROGRESS: frozenset({"receipt", "owner", "progress", "due"}),
    MessageKind.WARNING: frozenset({"receipt", "owner", "promised", "due"}),
    MessageKind.UNROUTABLE: frozenset({"receipt", "owner", "level", "promised", "due", "wanted"}),
    MessageKind.FREEZE_ASKED: frozenset({"receipt", "due"}),
    MessageKind.FREEZE_OVERDUE: frozenset({"receipt", "due"}),
    MessageKind.CALLER_UNKNOWN: frozenset({"receipt", "due"}),
    MessageKind.SUGGESTION_DECIDED: frozenset({"receipt", "outcome"}),
    MessageKind.APPEAL_DECIDED: frozenset({"receipt", "outcome"}),
    MessageKind.CLOSED: frozenset({"receipt", "ground", "due"}),
    MessageKind.NO_INCIDENT: frozenset({"receipt"}),
    MessageKind.SUPERIOR_PROMISED: frozenset({"receipt", "due"}),
    MessageKind.SUPERIOR_CALLED: frozenset({"receipt", "owner", "due"}),
    MessageKind.EARLIER_COMPLAINTS: frozenset({"receipt", "owner", "past"}),
    MessageKind.INTERNAL_OVERDUE: frozenset({"receipt", "owner", "due"}),
    MessageKind.REMEDY_UNPAID: frozenset({"receipt", "owner", "remedy", "due"}),
    MessageKind.OUTAGE_DUTIES: frozenset({"about", "area", "duties"}),
    MessageKind.OUTAGE_OVERDUE: frozenset({"about", "area", "duty", "due"}),
}
"""What can be said in which message; every text says all of it."""

SAID: tuple[type[StrEnum], ...] = (
    OwnerChangeReason,
    PauseReason,
    RejectionReason,
    RemedyKind,
    TransferReason,
    AppealOutcome,
    Area,
    ClosingGround,
    OutageDuty,
    Past,
    Progress,
    Role,
    SuggestionOutcome,
)
"""The values of the vocabulary that people are told, each in words."""

Wording = Mapping[Language, str]


class Texts(NamedTuple):
    """All texts of one version."""

    version: str
    messages: Mapping[MessageKind, Wording]
    signature: Wording
    promises: Mapping[PromiseKind, Wording]
    words: Mapping[str, Mapping[str, Wording]]
    money: Wording
    remarks: Mapping[str, Wording]
    due: Wording
    asked: Mapping[EscalationLevel, Wording]

    def several(self, values: Iterable[StrEnum], language: Language) -> str:
        """Several values of the vocabulary in words, one after the other."""
        return self.joined((self.word(value)[language] for value in values), language)

    def joined(self, parts: Iterable[str], language: Language) -> str:
        """Several parts of a sentence, one after the other."""
        return ("、" if language is Language.CHINESE else ", ").join(parts)

    def word(self, value: StrEnum) -> Wording:
        """How a value of the vocabulary is said."""
        if isinstance(value, PromiseKind):
            return self.promises[value]
        return self.words[type(value).__name__][value.value]


def load_texts(policy: NotifyPolicy) -> Texts:
    """The texts of templates.toml with the policy's changes. Raises PolicyError naming the text."""
    path = files("services.notify") / "templates.toml"
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    messages = {
        kind: _wording(document["messages"][kind]) | policy.texts.get(kind, {}) for kind in MessageKind
    }
    signature = _wording(document["signature"])
    for kind, wording in messages.items():
        _check(wording, PLACEHOLDERS[kind], f"notify.texts.{kind}")
    _check(signature, frozenset({"owner"}), "notify.signature")
    version = document["version"] + (f"+{policy.version}" if policy.texts else "")
    promises = {kind: _wording(document["promises"][kind]) for kind in PromiseKind}
    words = {
        of.__name__: {value.value: _wording(document["words"][of.__name__][value]) for value in of}
        for of in SAID
    }
    remarks = {name: _wording(document["remarks"][name]) for name in ("late", "missing")}
    money, due = _wording(document["money"]), _wording(document["due"])
    asked = {level: _wording(document["asked"][level]) for level in EscalationLevel}
    return Texts(version, messages, signature, promises, words, money, remarks, due, asked)


def _wording(table: Mapping[str, str]) -> dict[Language, str]:
    return {language: table[language] for language in Language}


def _check(wording: Wording, wanted: frozenset[str], place: str) -> None:
    for language, text in wording.items():
        try:
            fields = list(Formatter().parse(text))
        except ValueError as error:
            raise PolicyError(f"{place}.{language}: {error}|{place}.{language}：占位符写法有误") from error
        names = {name for _, name, _, _ in fields if name is not None}
        if any(spec or conversion for _, _, spec, conversion in fields) or names != wanted:
            allowed = ", ".join(f"{{{name}}}" for name in sorted(wanted))
            raise PolicyError(
                f"{place}.{language}: the placeholders must be exactly {allowed}"
                f"|{place}.{language}：占位符必须恰好为 {allowed}"
            )
