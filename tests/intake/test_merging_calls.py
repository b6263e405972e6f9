"""The pure rules of calls: what all parts say together, and when a call is judged."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.intake.merge_call import Fate, Part, judge_call, merge_call, when_to_judge, words_of
from services.intake.policy import CallPolicy
from tests.builders import now

from .phone_calls import END, PARTS
from .steady import STEADY


def parts(*facts: dict[str, Any]) -> list[Part]:
    return [Part(one.get("told_at", ""), str(number), one) for number, one in enumerate(facts)]


@STEADY
@given(
    st.lists(st.sampled_from(parts(*PARTS, {"text": "a"}, {"text": "b", "told_at": END})), min_size=1),
    st.randoms(),
)
def test_any_order_and_repetition_of_parts_say_the_same(told: list[Part], random: Any) -> None:
    shuffled = told * 2
    random.shuffle(shuffled)
    assert merge_call(shuffled) == merge_call(told)


def test_of_two_values_the_one_told_later_holds_whenever_it_came() -> None:
    early, late = parts({"queue": "a", "told_at": "1"}, {"queue": "b", "told_at": "2"})
    assert merge_call([late, early])["queue"] == merge_call([early, late])["queue"] == "b"


def test_notes_and_transcript_are_both_kept_and_the_same_words_once() -> None:
    assert words_of({"text": "noted", "transcript": "said"}) == "noted\n\nsaid"
    assert words_of({"text": "said", "transcript": "said"}) == "said"
    assert words_of({"recording": {"reference": "r"}}) == ""


def test_a_call_that_goes_on_is_open_and_waited_for_longer() -> None:
    policy, moment = CallPolicy(quiet=30, longest=900), now()
    assert judge_call({"caller_number": "1"}, can_be_called=True) is Fate.OPEN
    assert when_to_judge({}, moment, policy) - moment == timedelta(seconds=900)
    assert when_to_judge({"ended_at": END}, moment, policy) - moment == timedelta(seconds=30)
