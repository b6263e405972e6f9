"""The texts are checked when notify starts: a slip is an error that names the text."""

import pytest

from services.notify.policy import NotifyPolicy
from services.notify.texts import load_texts
from shared.events.vocabulary import Language, MessageKind, PromiseKind
from shared.runtime.policy import PolicyError, load_policy
from tests.service_under_test import StartService

POLICY = load_policy(NotifyPolicy, "notify")


def changed(kind: MessageKind, text: str) -> NotifyPolicy:
    return POLICY.model_copy(update={"texts": {kind: {Language.ENGLISH: text}}, "version": "mine"})


def test_every_message_and_every_promise_has_its_words_in_both_languages() -> None:
    texts = load_texts(POLICY)
    assert {kind: set(wording) for kind, wording in texts.messages.items()} == {
        kind: set(Language) for kind in MessageKind
    }
    assert set(texts.promises) == set(PromiseKind)
    assert texts.version == "texts-2026-11-7"


def test_an_installation_changes_one_text_and_keeps_the_others() -> None:
    texts = load_texts(changed(MessageKind.RECEIPT, "Noted: {receipt}"))
    shipped = load_texts(POLICY)
    assert texts.messages[MessageKind.RECEIPT][Language.ENGLISH] == "Noted: {receipt}"
    assert texts.messages[MessageKind.LATE] == shipped.messages[MessageKind.LATE]
    assert texts.version == "texts-2026-11-7+mine"


@pytest.mark.parametrize(
    "text",
    [
        "no number at all",
        "{receipt} {owner}",
        "{receipt.real}",
        "{receipt!r}",
        "{receipt:>20}",
        "{receipt} {}",
        "{receipt",
    ],
)
def test_a_text_with_other_placeholders_is_refused_by_name(text: str) -> None:
    with pytest.raises(PolicyError, match="RECEIPT"):
        load_texts(changed(MessageKind.RECEIPT, text))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("zone = 'Asia/Nowhere'", "zone"),
        ("[notify.handover]\nlease = 5", "handover"),
        ("[notify.texts.GREETING]\nen = 'hello'", "texts"),
        ("[notify.texts.RECEIPT]\nfr = 'bonjour'", "texts"),
        ("[notify.texts.RECEIPT]\nen = 'hello'", "texts.RECEIPT"),
    ],
)
async def test_notify_does_not_start_with_a_policy_that_cannot_be_right(
    start_service: StartService, change: str, place: str
) -> None:
    with pytest.raises(PolicyError, match=place):
        await start_service("notify", f"[notify]\nversion = 't'\n{change}")


def test_a_policy_is_written_alike_in_every_process() -> None:
    """Its digest is compared at every start, and sets have another order in every process."""
    assert not any(isinstance(value, set | frozenset) for value in POLICY.model_dump().values())
