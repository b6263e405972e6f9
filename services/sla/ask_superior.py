"""Decides whether a customer may call for a superior now, and whose answer keeps that promise."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from .policy import SuperiorPolicy


class Standing(NamedTuple):
    """How a complaint stands when its customer asks; contact_due_at: None where no contact was promised."""

    is_open: bool
    asked_before: bool
    round: int
    contact_due_at: datetime | None


class Objection(StrEnum):
    """Why a superior is not called."""

    ENDED = "ENDED"
    ASKED_BEFORE = "ASKED_BEFORE"
    TOO_EARLY = "TOO_EARLY"


def objection(
    standing: Standing, asked_at: datetime, policy: SuperiorPolicy, *, rejects_solution: bool = False
) -> Objection | None:
    """Section 5: once per complaint, after the first contact is due or after a solution was rejected; None: now.

    rejects_solution: with the same words the customer says that it was not put right.
    """
    if not standing.is_open and not rejects_solution:
        return Objection.ENDED
    if standing.asked_before:
        return Objection.ASKED_BEFORE
    if rejects_solution or standing.round >= policy.from_round:
        return None
    if standing.contact_due_at is None or standing.contact_due_at <= asked_at:
        return None
    return Objection.TOO_EARLY


def is_their_answer(
    done_by: Collection[str], done_at: datetime, asked_at: datetime, lead_id: str | None
) -> bool:
    """Section 5: what the team lead did with the customer after they were asked for; not what the owner did."""
    return lead_id in done_by and done_at >= asked_at


def may_answer(by: str, owner_id: str | None, lead_id: str | None) -> bool:
    """Section 5: anybody but the owner may say that they answered as the superior; the owner only as team lead."""
    return by != owner_id or by == lead_id
