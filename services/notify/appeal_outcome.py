"""Names how an appeal ended, so that it can be said in words."""

from enum import StrEnum


class AppealOutcome(StrEnum):
    """FC-22: the appeal was right and work goes on, or the decision stands."""

    UPHELD = "UPHELD"
    DENIED = "DENIED"
