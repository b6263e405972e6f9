"""Time zones by their names in the IANA database, as people and other systems give them (CAL-3)."""

from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

_OF_THE_HOST = frozenset({"localtime", "Factory"})
"""Names that mean another zone on every machine, or none."""


def known_zone(name: str) -> str:
    """The same name. Raises ValueError if there is no such zone."""
    if name not in _names():
        raise ValueError(f"there is no time zone {name!r}|没有时区 {name!r}")
    return name


ZoneName = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(known_zone)]
"""The name of a zone, such as Asia/Urumqi."""


def zone_or(name: str | None, otherwise: str) -> ZoneInfo:
    """The zone of this name, if there is one and it is known here; else the other."""
    return ZoneInfo(name if name is not None and name in _names() else otherwise)


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - _OF_THE_HOST)
