"""Keeps whether a customer agrees to offers; the last word counts at once, and is told if it is new (OF-7).

Who was merged away speaks for the customer they are part of now as well; undoing the merge gives that one's own
word back.
"""

from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.intake import ConsentChanged
from shared.events.vocabulary import Channel
from shared.runtime.errors import NotFoundError

_CHAIN = """
    WITH RECURSIVE chain (customer_id, merged_into) AS (
        SELECT customer_id, merged_into FROM customer WHERE customer_id = :speaker
        UNION
        SELECT customer.customer_id, customer.merged_into
        FROM customer JOIN chain ON customer.customer_id = chain.merged_into
    )
"""
_SPEAKS_FOR = Statement(f"{_CHAIN} SELECT customer_id FROM chain")  # noqa: S608 - a piece of our own
_LOCK_KEYS = Statement(
    "SELECT key FROM customer_key WHERE customer_id = ANY (CAST(:customers AS uuid[])) ORDER BY key FOR UPDATE"
)
_SPEAK = Statement(
    f"""
    {_CHAIN}, said AS (
        UPDATE customer SET marketing_consent = :marketing, updated_at = now(),
            consent_by = CASE WHEN customer.customer_id <> :speaker THEN CAST(:speaker AS uuid) END,
            consent_source = CASE WHEN customer.customer_id <> :speaker THEN CAST(:source AS text) END,
            own_consent = CASE WHEN customer.customer_id = :speaker THEN NULL
                               WHEN consent_by IS NULL THEN marketing_consent ELSE own_consent END
        FROM chain WHERE customer.customer_id = chain.customer_id
          AND (marketing_consent IS DISTINCT FROM :marketing OR consent_by IS NOT NULL)
    )
    SELECT customer_id FROM customer JOIN chain USING (customer_id)
    WHERE marketing_consent IS DISTINCT FROM :marketing
    """  # noqa: S608 - pieces of our own
)
"""Those to whom it is news. A word of one's own stands as it is while it says the same."""


async def change_consent(work: UnitOfWork, customer_id: UUID, marketing: bool, source: Channel) -> bool:
    """Store and tell the consent; true if it was news. Raises NotFoundError."""
    async with work.begin() as tx:
        people = await _speaks_for(tx, customer_id)
        while people:
            await tx.fetch(_LOCK_KEYS, {"customers": people})  # so that none of them is merged meanwhile
            before, people = people, await _speaks_for(tx, customer_id)
            if people == before:
                return await speak(tx, customer_id, marketing, source)
        raise NotFoundError("this customer is not known", "没有这个客户")


async def speak(tx: Transaction, speaker: UUID, marketing: bool, source: Channel) -> bool:
    """Let somebody speak for whoever they are part of, in a transaction that holds one of the keys of that customer."""
    await tx.lock(map(str, await _speaks_for(tx, speaker)))
    values = {"speaker": speaker, "marketing": marketing, "source": source}
    news = [row[0] for row in await tx.fetch(_SPEAK, values)]
    for customer in news:
        tx.publish(
            ConsentChanged(customer_id=customer, marketing=marketing, source=source, changed_at=tx.now)
        )
    return bool(news)


async def _speaks_for(tx: Transaction, speaker: UUID) -> list[UUID]:
    return [row[0] for row in await tx.fetch(_SPEAKS_FOR, {"speaker": speaker})]
