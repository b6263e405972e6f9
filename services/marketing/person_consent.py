"""Decides whether a person whom the operator knew as several customers agrees to offers: the stricter word holds."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple


class Said(NamedTuple):
    """What one of the merged customers said: the last word, and when they withdrew or agreed expressly, if ever."""

    marketing: bool
    withdrawn_at: datetime | None = None
    agreed_at: datetime | None = None


def consents(said: Collection[Said], merged_at: datetime | None) -> bool:
    """OF-7: somebody of them agreed, and nobody's withdrawal stands. Who was never asked takes nothing back.

    A withdrawal by one holds for all, until the person agrees expressly after it and after the last merge
    (`merged_at`; None if this was always one customer).
    """
    if not any(one.marketing for one in said):
        return False
    refused_at = max(
        (one.withdrawn_at for one in said if one.withdrawn_at and not one.marketing), default=None
    )
    if refused_at is None:
        return True
    agreed_at = max((one.agreed_at for one in said if one.agreed_at), default=None)
    return agreed_at is not None and agreed_at > max(refused_at, merged_at or refused_at)
