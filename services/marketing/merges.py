"""Keeps which customers are one person: a merge makes them one, its undoing two again, in whatever order it is heard."""

from collections.abc import Sequence
from typing import Any

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import CustomersMerged, MergeUndone

_ONE_AT_A_TIME = Statement("SELECT pg_advisory_xact_lock(7267733901)")
_KEEP = Statement(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:merges AS uuid[]), CAST(:merged AS uuid[]), CAST(:customers AS uuid[]),
                             CAST(:merged_at AS timestamptz[]), CAST(:undone AS boolean[]))
            AS given (merge_id, merged_id, customer_id, merged_at, undone)
    ), members AS (
        INSERT INTO customer (customer_id, marketing, said_at, person_id)
        SELECT DISTINCT id, false, to_timestamp(0), id
        FROM (SELECT merged_id AS id FROM given UNION SELECT customer_id FROM given) AS member ORDER BY id
        ON CONFLICT (customer_id) DO NOTHING
    )
    INSERT INTO customer_merge (merge_id, merged_id, customer_id, merged_at, undone) SELECT * FROM given
    ON CONFLICT (merge_id) DO UPDATE SET undone = customer_merge.undone OR excluded.undone
    """
)
# Everybody who was ever merged with them, directly or not, is looked at again: a person is who is reached over
# merges that stand, and is named after the least id.
_NAME_PERSONS = Statement(
    """
    WITH RECURSIVE tie AS NOT MATERIALIZED (
        SELECT merged_id AS one, customer_id AS other, undone FROM customer_merge
        UNION ALL SELECT customer_id, merged_id, undone FROM customer_merge
    ), touched (id) AS (
        SELECT DISTINCT id FROM unnest(CAST(:customers AS uuid[])) AS given (id)
        UNION SELECT tie.other FROM touched JOIN tie ON tie.one = touched.id
    ), reached (id, other) AS (
        SELECT id, id FROM touched
        UNION SELECT reached.id, tie.other FROM reached JOIN tie ON tie.one = reached.other AND NOT tie.undone
    ), person AS (
        SELECT DISTINCT ON (id) id, other AS person_id FROM reached ORDER BY id, other
    ), locked AS (
        SELECT customer_id FROM customer WHERE customer_id IN (SELECT id FROM touched)
        ORDER BY customer_id FOR UPDATE
    )
    UPDATE customer SET person_id = person.person_id FROM person JOIN locked ON locked.customer_id = person.id
    WHERE customer.customer_id = person.id AND customer.person_id <> person.person_id
    """
)


async def keep_merges(tx: Transaction, merged: Sequence[Envelope[CustomersMerged]]) -> None:
    """From now on these customers are one person."""
    await _keep(tx, merged, [e.event.merged_at for e in merged], undone=False)


async def undo_merges(tx: Transaction, merged: Sequence[Envelope[MergeUndone]]) -> None:
    """From now on these customers are two persons again, as far as no other merge holds them together."""
    await _keep(tx, merged, [e.event.undone_at for e in merged], undone=True)


async def _keep(
    tx: Transaction,
    heard: Sequence[Envelope[CustomersMerged] | Envelope[MergeUndone]],
    at: Sequence[object],
    *,
    undone: bool,
) -> None:
    events = [envelope.event for envelope in heard]
    await tx.fetch(_ONE_AT_A_TIME, {})
    values: dict[str, list[Any]] = {
        "merges": [event.merge_id for event in events],
        "merged": [event.merged_id for event in events],
        "customers": [event.customer_id for event in events],
        "merged_at": list(at),
        "undone": [undone] * len(events),
    }
    await tx.fetch(_KEEP, values)
    await tx.fetch(_NAME_PERSONS, {"customers": values["merged"] + values["customers"]})
