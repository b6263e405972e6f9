"""Reads phone numbers as channels write them, and tells which of them can be answered."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult


class NumberKind(StrEnum):
    """What kind of number or name a contact came from."""

    MOBILE = "mobile"
    FIXED = "fixed"
    TOLL_FREE = "toll_free"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"
    WITHHELD = "withheld"


class Number(NamedTuple):
    """e164: +<country><number>, only for mobile, fixed and toll-free numbers."""

    kind: NumberKind
    e164: str | None


class ImpossibleNumberError(ValueError):
    """No phone has this number."""


_KINDS = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.MOBILE,
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
}


def read_customer_number(raw: str, region: str) -> Number:
    """A number that somebody gave as theirs, dialled in `region` (CN, …). Raises ImpossibleNumberError."""
    country = _country(region)
    if country.mobile.fullmatch(raw) and not country.trunk_prefix.match(raw):
        return Number(NumberKind.MOBILE, country.code + raw)
    return _read_any_number(raw, region)


@lru_cache(maxsize=4096)
def _read_any_number(raw: str, region: str) -> Number:
    try:
        parsed = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException as error:
        raise ImpossibleNumberError(raw) from error
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        raise ImpossibleNumberError(raw)
    kind = _KINDS.get(phonenumbers.number_type(parsed), NumberKind.FIXED)
    return Number(kind, phonenumbers.format_number(parsed, PhoneNumberFormat.E164))


class _Country(NamedTuple):
    """What the library knows of mobiles in one country: nearly every number is one, and need not be taken apart."""

    code: str
    mobile: re.Pattern[str]
    trunk_prefix: re.Pattern[str]


@lru_cache(maxsize=8)
def _country(region: str) -> _Country:
    known = phonenumbers.PhoneMetadata.metadata_for_region(region)
    never = "(?!)"
    mobile = known and known.mobile and known.mobile.national_number_pattern
    trunk = known and known.national_prefix_for_parsing
    code = f"+{phonenumbers.country_code_for_region(region)}"
    return _Country(code, re.compile(mobile or never, re.ASCII), re.compile(trunk or never, re.ASCII))


def read_origin(raw: str, region: str, withheld: tuple[str, ...]) -> Number:
    """Whatever a network says a contact came from; never refused, for the complaint counts, not its sender."""
    if not raw or raw.casefold() in withheld:
        return Number(NumberKind.WITHHELD, None)
    if any(character.isalpha() for character in raw):
        return Number(NumberKind.ALPHANUMERIC, None)
    try:
        number = read_customer_number(raw, region)
    except ImpossibleNumberError:
        return Number(NumberKind.SHORT_CODE, None)
    if number.kind is NumberKind.FIXED and not _is_in_use(number.e164 or ""):
        return Number(NumberKind.SHORT_CODE, None)
    return number


def _is_in_use(e164: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(e164))
