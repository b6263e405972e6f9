"""Decides who may grant a remedy, how many must sign, and until when it is paid. Amounts in the smallest unit (fen)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from shared.events.vocabulary import RemedyKind

from .policy import RemedyPolicy


class Because(StrEnum):
    """Why somebody higher up, or more than one, has to sign."""

    ABOVE_OWN_LIMIT = "REM-1"
    ABOVE_ALL_LIMITS = "REM-4"
    CONTRACT_CHANGE = "REM-4-CONTRACT"
    MUCH_IN_A_YEAR = "REM-5"
    MORE_THAN_GOODWILL = "REM-8"
    LATE = "REM-6"


class Asked(NamedTuple):
    """A remedy as it is proposed. before: granted to this customer in twelve months; period_fee: of the time affected."""

    kind: RemedyKind
    amount: int
    before: int
    period_fee: int | None
    rank: int


class Needed(NamedTuple):
    """Of which rank a signature must be, how many there must be besides the proposer's, and if one is legal's."""

    rank: int
    signatures: int
    legal: bool
    because: tuple[Because, ...]


def needed(asked: Asked, policy: RemedyPolicy) -> Needed:
    """What a remedy needs before it is granted; nothing within one's own authority.

    REM-1 to REM-3: the front line, supervisors and heads of department each have a limit. REM-4: above them all, or for
    a change of contract, two sign and legal checks it. REM-5: one level up for a customer who got more than three times
    the limit of whoever decides in a year. REM-8: one level up for goodwill above a share of the fee of the time affected.
    """
    highest, own = len(policy.limits), min(asked.rank, len(policy.limits))
    level = next((rank for rank, limit in enumerate(policy.limits, 1) if asked.amount <= limit), highest)
    because = [Because.ABOVE_OWN_LIMIT] if level > own else []
    level = max(level, own)
    in_a_year = asked.before + asked.amount
    if in_a_year > policy.times_limit_in_a_year * policy.limits[level - 1]:
        because.append(Because.MUCH_IN_A_YEAR)
    fee = asked.period_fee if asked.kind is RemedyKind.GOODWILL else None
    if fee is not None and asked.amount * 100 > fee * policy.goodwill_percent:
        because.append(Because.MORE_THAN_GOODWILL)
    level += len({Because.MUCH_IN_A_YEAR, Because.MORE_THAN_GOODWILL} & set(because))
    if asked.amount > policy.limits[-1]:
        because.append(Because.ABOVE_ALL_LIMITS)
    if asked.kind is RemedyKind.CONTRACT_CHANGE:
        because.append(Because.CONTRACT_CHANGE)
    two = bool({Because.ABOVE_ALL_LIMITS, Because.CONTRACT_CHANGE} & set(because))
    return Needed(min(level, highest + 1), 2 if two else int(bool(because)), two, tuple(because))


def more_of(one: Needed, other: Needed) -> Needed:
    """What satisfies both."""
    because = dict.fromkeys((*one.because, *other.because))
    return Needed(
        max(one.rank, other.rank),
        max(one.signatures, other.signatures),
        one.legal or other.legal,
        tuple(because),
    )


def is_signed(need: Needed, ranks: Collection[int], *, by_legal: bool) -> bool:
    """REM-4: whether those who signed are enough; their ranks, legal among them or not."""
    high_enough = sum(rank >= need.rank for rank in ranks)
    return (
        high_enough >= min(need.signatures, 1)
        and len(ranks) >= need.signatures
        and (by_legal or not need.legal)
    )


def pay_by(now: datetime, policy: RemedyPolicy) -> datetime:
    """REM-7: until when what was granted now is paid."""
    return now + timedelta(seconds=policy.pay_within)


def condition_in(text: str, policy: RemedyPolicy) -> str | None:
    """REM-10: the words that tie what is owed to a sale; None if there are none."""
    said = " ".join(text.lower().split())
    return next((words for words in policy.conditions if words.lower() in said), None)
