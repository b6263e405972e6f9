"""What operators see of marketing."""

from collections.abc import Sequence

from prometheus_client import Counter

from shared.bus.unit_of_work import Transaction
from shared.events.vocabulary import WithholdReason

OFFERS = Counter(
    "redress_offers_total",
    "Decisions after closed complaints; one withheld for several reasons counts under each.",
    ["outcome", "reason"],
)
OFFERED = OFFERS.labels("offered", "none")
WITHHELD_FOR = {reason: OFFERS.labels("withheld", reason) for reason in WithholdReason}


def count_decisions(tx: Transaction, decided: Sequence[tuple[WithholdReason, ...]]) -> None:
    """Count decisions, given by their reasons to withhold, once their transaction has committed."""

    def count() -> None:
        for reasons in decided:
            if not reasons:
                OFFERED.inc()
            for reason in reasons:
                WITHHELD_FOR[reason].inc()

    tx.after_commit(count)
