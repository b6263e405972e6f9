"""Names what a customer's earlier complaints ask of the house, so that it can be said in words."""

from enum import StrEnum


class Past(StrEnum):
    """What intake tags a complaint with that is not the customer's first (REP-5, REP-10)."""

    TEAM_LEAD_INFORMED = "TEAM_LEAD_INFORMED"
    CASE_REVIEW = "CASE_REVIEW"
    MANY_OPEN = "MANY_OPEN"
