"""The checker finds what it is there to find: each kind of loss and doubling, and nothing in a good run."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from .checker import FIRST_PROMISES, History, Holdings, Place, violations

A, B = "a", "b"
SERVICES = ("intake", "routing", "sla", "notify", "feedback", "marketing")


def good() -> tuple[History, Holdings]:
    history = History()
    history.answered("key-a", A)
    history.answered("key-b", B)
    history.unanswered("key-c")
    ids = [A, B]
    return history, Holdings(
        contacts=[("key-a", A), ("key-b", B)],
        complaints={name: list(ids) for name in SERVICES},
        promises=[(i, kind, 1) for i in ids for kind in FIRST_PROMISES],
        intents=[(i, "RECEIPT", "CUSTOMER", i, "SENT") for i in ids],
        journals={
            "intake": [Place(A, 1, "e1"), Place(B, 1, "e2")],
            "routing": [Place(A, 1, "e3"), Place(A, 2, "e4")],
        },
        applied={"routing": {A: {"intake": 1}, B: {"intake": 1}}, "intake": {A: {"routing": 2}}},
        hears={"routing": frozenset({"intake"}), "intake": frozenset({"routing"})},
        outbox={"intake": 0},
        held={"intake": 0},
    )


def test_a_good_run_has_no_violations() -> None:
    assert violations(*good()) == []


def test_a_request_without_an_answer_may_have_become_one_complaint() -> None:
    history, holdings = good()
    more = replace(
        holdings,
        contacts=[*holdings.contacts, ("key-c", "c")],
        complaints={name: [A, B, "c"] for name in SERVICES},
        promises=[*holdings.promises, *(("c", kind, 1) for kind in FIRST_PROMISES)],
        intents=[*holdings.intents, ("c", "RECEIPT", "CUSTOMER", "c", "SKIPPED")],
    )
    assert violations(history, more) == []


CLOCK = (A, "REGULATOR answer", 1)


def test_a_regulators_clock_may_run_beside_what_everybody_is_promised() -> None:
    history, holdings = good()
    assert violations(history, replace(holdings, promises=[*holdings.promises, CLOCK])) == []


def test_a_superior_may_be_called_once_and_is_no_promise_too_many() -> None:
    history, holdings = good()
    once = replace(holdings, promises=[*holdings.promises, (A, "SUPERIOR", 1)])
    assert violations(history, once) == []
    twice = replace(once, promises=[*once.promises, (A, "SUPERIOR", 2)])
    assert violations(history, twice) == [f"a superior was called 2 times about {A}"]


Break = Callable[[Holdings], Holdings]


@pytest.mark.parametrize(
    ("word", "harm"),
    [
        ("intake holds nothing", lambda h: replace(h, contacts=[("key-b", B)])),
        ("acknowledged as", lambda h: replace(h, contacts=[*h.contacts, ("key-a", "z")])),
        ("became 2 complaints", lambda h: replace(h, contacts=[*h.contacts, ("key-c", "c"), ("key-c", "d")])),
        ("nobody sent", lambda h: replace(h, contacts=[*h.contacts, ("key-x", "x")])),
        ("is lost", lambda h: replace(h, complaints={**h.complaints, "sla": [A]})),
        ("is doubled", lambda h: replace(h, complaints={**h.complaints, "routing": [A, B, B]})),
        ("not in intake", lambda h: replace(h, complaints={**h.complaints, "notify": [A, B, "q"]})),
        ("was promised", lambda h: replace(h, promises=h.promises[1:])),
        ("was promised", lambda h: replace(h, promises=[*h.promises[1:], CLOCK])),
        ("was made 2 times", lambda h: replace(h, promises=[*h.promises, CLOCK, CLOCK])),
        ("was made 2 times", lambda h: replace(h, promises=[*h.promises, h.promises[0]])),
        ("has 0 receipts", lambda h: replace(h, intents=h.intents[1:])),
        ("was meant 2 times", lambda h: replace(h, intents=[*h.intents, h.intents[0]])),
        ("neither sent", lambda h: replace(h, intents=[(*h.intents[0][:4], "PENDING"), h.intents[1]])),
        ("in the order", lambda h: replace(h, journals={**h.journals, "intake": [Place(A, 2, "e1")]})),
        (
            "in its journal",
            lambda h: replace(h, journals={**h.journals, "routing": [Place(A, 1, "e"), Place(A, 2, "e")]}),
        ),
        ("applied 0 of 1", lambda h: replace(h, applied={**h.applied, "routing": {A: {"intake": 1}}})),
        ("applied 3 of 2", lambda h: replace(h, applied={**h.applied, "intake": {A: {"routing": 3}}})),
        ("in its outbox", lambda h: replace(h, outbox={"intake": 1})),
        ("still holds", lambda h: replace(h, held={"intake": 1})),
    ],
)
def test_each_kind_of_harm_is_found(word: str, harm: Break) -> None:
    history, holdings = good()
    assert any(word in line for line in violations(history, harm(holdings)))


def test_two_answers_for_one_key_are_a_contradiction() -> None:
    history, holdings = good()
    history.answered("key-a", "other")
    assert any("and with other" in line for line in violations(history, holdings))
