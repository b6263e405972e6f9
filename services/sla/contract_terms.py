"""Loads what a key account's contract says: its grade, and the period of protection that a complaint falls into (SLA-P)."""

from collections.abc import Sequence
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.sla import Protection

from .policy import SlaPolicy
from .promise_rows import PromisedComplaint

_TERMS = Statement(
    """
    SELECT asked.complaint_id, contract.grade, period.name, period.team, period.emergency_plan, period.ends_at
    FROM unnest(CAST(:complaints AS uuid[]), CAST(:customers AS uuid[]), CAST(:areas AS text[]),
                CAST(:received AS timestamptz[])) AS asked (complaint_id, customer_id, area, received_at)
    LEFT JOIN contract ON contract.customer_id = asked.customer_id
    LEFT JOIN LATERAL (
        SELECT * FROM protection
        WHERE ends_at > received_at AND starts_at <= received_at
            AND (protection.customer_id IS NULL OR protection.customer_id = asked.customer_id)
            AND (protection.area IS NULL OR protection.area = asked.area)
        ORDER BY protection.customer_id NULLS LAST, starts_at, name LIMIT 1) AS period ON true
    """
)


async def with_terms(
    tx: Transaction, policy: SlaPolicy, complaints: Sequence[PromisedComplaint]
) -> tuple[list[PromisedComplaint], dict[UUID, Protection]]:
    """The complaints with contract and protection, and the periods by complaint; nobody else's are looked up."""
    asked = [one for one in complaints if one.grade in policy.protection.grades and one.customer_id]
    if not asked:
        return list(complaints), {}
    rows = await tx.fetch(
        _TERMS,
        {
            "complaints": [one.complaint_id for one in asked],
            "customers": [one.customer_id for one in asked],
            "areas": [one.area for one in asked],
            "received": [one.received_at for one in asked],
        },
    )
    found = {row[0]: row for row in rows}
    protections = {
        complaint_id: Protection(name=name, team=team, emergency_plan=plan, until=ends_at)
        for complaint_id, _, name, team, plan, ends_at in rows
        if name is not None
    }
    known = [
        one._replace(contract=found[one.complaint_id][1], protection=found[one.complaint_id][2])
        if one.complaint_id in found
        else one
        for one in complaints
    ]
    return known, protections
