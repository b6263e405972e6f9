"""The texts that people read, checked when notify starts: every language, and known placeholders only."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from string import Formatter
from typing import NamedTuple

from shared.events.vocabulary import Language, MessageKind, PromiseKind
from shared.runtime.policy import PolicyError

from .policy import NotifyPolicy

PLACEHOLDERS: Mapping[MessageKind, frozenset[str]] = {
    MessageKind.RECEIPT: frozenset({"receipt"}),
    MessageKind.OWNER_NAMED: frozenset({"receipt", "owner", "due"}),
    MessageKind.LATE: frozenset({"receipt", "promised", "due"}),
    MessageKind.ESCALATION: frozenset({"receipt", "owner", "level", "promised", "due"}),
    MessageKind.RESOLVED: frozenset({"receipt"}),
    MessageKind.QUESTION: frozenset({"receipt", "link"}),
}
"""What can be said in which message; every text says all of it."""

Wording = Mapping[Language, str]


class Texts(NamedTuple):
    """All texts of one version."""

    version: str
    messages: Mapping[MessageKind, Wording]
    signature: Wording
    promises: Mapping[PromiseKind, Wording]


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
    return Texts(version, messages, signature, promises)


def _wording(table: Mapping[str, str]) -> dict[Language, str]:
    return {language: table[language] for language in Language}


def _check(wording: Wording, wanted: frozenset[str], place: str) -> None:
    for language, text in wording.items():
        try:
            fields = list(Formatter().parse(text))
        except ValueError as error:
            raise PolicyError(f"{place}.{language}: {error}") from error
        names = {name for _, name, _, _ in fields if name is not None}
        if any(spec or conversion for _, _, spec, conversion in fields) or names != wanted:
            allowed = ", ".join(f"{{{name}}}" for name in sorted(wanted))
            raise PolicyError(f"{place}.{language}: the placeholders must be exactly {allowed}")
