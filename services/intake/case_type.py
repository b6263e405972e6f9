"""What a complaint can be about: the cause groups by which a repeated complaint is known (REP-3)."""

from enum import StrEnum


class CaseType(StrEnum):
    """COMPLAINT is everything that no other word fits."""

    COMPLAINT = "COMPLAINT"
    SAFETY = "SAFETY"
    FRAUD = "FRAUD"
    FAULT = "FAULT"
    SUSPENSION = "SUSPENSION"
    BILLING = "BILLING"
    CONTRACT = "CONTRACT"
    UNORDERED_SERVICE = "UNORDERED_SERVICE"
    STAFF_CONDUCT = "STAFF_CONDUCT"
    SUGGESTION = "SUGGESTION"
