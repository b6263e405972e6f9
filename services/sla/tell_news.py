"""News keeps the promise of news, and promises the next: every so many hours until it is solved."""

from collections.abc import Sequence

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.vocabulary import PromiseKind

from .calendar_store import Timekeeper
from .make_promises import Occasion, make_promises
from .policy import SlaPolicy
from .promise_rows import facts_of
from .promises import load_complaints
from .settle_promises import End, settle_promises

_UNSOLVED = Statement(
    """
    SELECT complaint_id, max(round) FILTER (WHERE kind = 'UPDATE')
    FROM promise WHERE complaint_id = ANY (CAST(:ids AS uuid[])) AND kind IN ('UPDATE', 'SOLVE')
    GROUP BY complaint_id HAVING bool_or(kind = 'SOLVE' AND settled_at IS NULL)
    """
)


async def tell_news(tx: Transaction, policy: SlaPolicy, keeper: Timekeeper, told: Sequence[End]) -> None:
    """Keep the promise that waits for news, and make the next one from when it was told; one per complaint."""
    await settle_promises(tx, told)
    if not policy.news_repeats:
        return
    by_complaint = {end.because_of.event.complaint_id: end for end in told}
    rounds = dict(await tx.fetch(_UNSOLVED, {"ids": list(by_complaint)}))
    known = await load_complaints(tx, rounds)
    await make_promises(
        tx,
        policy,
        keeper,
        [
            Occasion(
                by_complaint[complaint_id].because_of,
                [PromiseKind.UPDATE],
                facts_of(known[complaint_id]),
                min(by_complaint[complaint_id].happened_at, tx.now),
                round=(round_ or 0) + 1,
            )
            for complaint_id, round_ in rounds.items()
        ],
    )
