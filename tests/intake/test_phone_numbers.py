"""Reading phone numbers: the short way for mobiles must never differ from the library's."""

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.intake.phone_numbers import (
    ImpossibleNumberError,
    Number,
    NumberKind,
    _read_any_number,
    read_customer_number,
    read_origin,
)

from .steady import STEADY


def by_the_library(raw: str, region: str) -> Number | None:
    try:
        return _read_any_number(raw, region)
    except ImpossibleNumberError:
        return None


def as_read(raw: str, region: str) -> Number | None:
    try:
        return read_customer_number(raw, region)
    except ImpossibleNumberError:
        return None


digits = st.from_regex(r"\A[+]?[0-9]{1,16}\Z")
mobile_like = st.from_regex(r"\A1[0-9]{10}\Z")


@pytest.mark.parametrize("region", ["CN", "US", "GB", "DE", "IN", "BR", "MX", "AU"])
@settings(STEADY, max_examples=300)
@given(digits | mobile_like)
@example("13800138000")
@example("17951138001")
@example("07400123456")
@example("7400123456")
def test_a_number_is_read_as_the_library_reads_it(region: str, raw: str) -> None:
    assert as_read(raw, region) == by_the_library(raw, region)


@pytest.mark.parametrize("region", ["CN", "US", "GB", "DE", "IN", "BR", "MX", "AU"])
def test_the_librarys_example_mobiles_are_mobiles(region: str) -> None:
    known = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert known is not None
    raw = str(known.national_number)
    assert as_read(raw, region) == by_the_library(raw, region)
    assert as_read(raw, region) is not None


@pytest.mark.parametrize(
    ("raw", "kind", "e164"),
    [
        ("138 0013 8000", NumberKind.MOBILE, "+8613800138000"),
        ("+86 (0)10 6230 1234", NumberKind.FIXED, "+861062301234"),
        ("400-810-1234", NumberKind.FIXED, "+864008101234"),
        ("+1 202 555 0123", NumberKind.MOBILE, "+12025550123"),
        ("8008101234", NumberKind.TOLL_FREE, "+868008101234"),
    ],
)
def test_numbers_are_read_as_people_write_them(raw: str, kind: NumberKind, e164: str) -> None:
    assert read_customer_number(raw, "CN") == Number(kind, e164)


@STEADY
@given(st.text(max_size=40))
def test_whatever_a_contact_came_from_is_never_refused(raw: str) -> None:
    number = read_origin(raw, "CN", ("anonymous",))
    assert (number.e164 is None) == (
        number.kind in {NumberKind.SHORT_CODE, NumberKind.ALPHANUMERIC, NumberKind.WITHHELD}
    )
