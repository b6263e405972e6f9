"""Makes receipt numbers: read out on the phone, typed by hand, and proof against one wrong digit."""

from datetime import datetime
from zoneinfo import ZoneInfo


def receipt_number(serial: int, received_at: datetime, zone: ZoneInfo) -> str:
    """`R`, the day in `zone` as yymmdd, a running number of seven digits or more, and a check digit."""
    digits = f"{received_at.astimezone(zone):%y%m%d}{serial:07d}"
    return f"R{digits}{check_digit(digits)}"


def check_digit(digits: str) -> int:
    """ISO 7064 MOD 11,10: finds every wrong digit and nearly every swap of neighbours."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10
