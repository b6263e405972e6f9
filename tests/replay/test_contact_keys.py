"""Keys of contacts: the same in every replay, and no two contacts share one."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.command.replay.contact_keys import ContactKeys
from services.command.replay.rejects import Reason, RejectError


def test_a_row_with_an_id_is_known_by_it() -> None:
    assert ContactKeys("letters").key_of("77", b"x") == "letters:id:77"


def test_the_same_id_in_another_file_is_another_contact() -> None:
    assert ContactKeys("a").key_of("77", b"x") != ContactKeys("b").key_of("77", b"x")


def test_the_second_of_two_identical_rows_is_a_contact_of_its_own() -> None:
    keys = ContactKeys("letters")
    assert [keys.key_of("", b"\x01") for _ in range(2)] == ["letters:row:01:1", "letters:row:01:2"]


@given(some.lists(some.binary(min_size=1, max_size=1)))
def test_keys_without_ids_are_distinct_and_the_same_in_every_replay(rows: list[bytes]) -> None:
    first, second = ContactKeys("f"), ContactKeys("f")
    keys = [first.key_of("", row) for row in rows]
    assert len(set(keys)) == len(rows)
    assert keys == [second.key_of("", row) for row in rows]


@given(some.lists(some.binary(min_size=1, max_size=1)), some.binary(min_size=1, max_size=1))
def test_a_row_added_at_the_end_changes_no_earlier_key(rows: list[bytes], added: bytes) -> None:
    first, second = ContactKeys("f"), ContactKeys("f")
    assert [first.key_of("", row) for row in rows] == [second.key_of("", row) for row in [*rows, added]][:-1]


def test_an_id_cannot_be_taken_for_a_row_without_one() -> None:
    keys = ContactKeys("f")
    assert keys.key_of("row:01:1", b"x") != keys.key_of("", b"\x01")


def test_an_id_said_again_is_the_same_contact_and_with_other_words_is_told() -> None:
    keys = ContactKeys("f")
    keys.check_id("1", b"a")
    keys.check_id("1", b"a")
    with pytest.raises(RejectError) as why:
        keys.check_id("1", b"b")
    assert why.value.reason is Reason.SAME_ID_OTHER_CONTENT
