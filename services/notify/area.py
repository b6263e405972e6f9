"""How an area is said that is none."""

from enum import StrEnum


class Area(StrEnum):
    """Where something is that is not held to one area."""

    EVERYWHERE = "EVERYWHERE"
