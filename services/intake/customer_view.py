"""What staff see of a customer: record, ways to reach them, and how we treated them, in one local read.

It is built from what the services told: complaints, promises kept and broken, answers, offers.
"""

from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork

COUNTED, SHOWN = 200, 20
"""Of so many of the newest complaints the totals are made, and so many are shown."""

VIEW = Statement(
    """
    WITH newest AS (
        SELECT complaint_id, receipt_number, channel, kind, case_type, severity, status, priority_class, tags,
               received_at, resolved_at, owner_name, repeat_of, repeat_index, contact_count, round, finding,
               satisfied, score, offer_decision, escalation_level, urgency, charge_frozen,
               CASE WHEN appeal_until > now() THEN appeal_until END AS appeal_until
        FROM complaint WHERE customer_id = :customer ORDER BY complaint_id DESC LIMIT :counted
    ), told AS (
        SELECT count(*) AS complaints, count(*) FILTER (WHERE resolved_at IS NULL) AS open,
               coalesce(sum(contact_count), 0) AS contacts, coalesce(sum(round - 1), 0) AS reopened,
               count(*) FILTER (WHERE repeat_index > 1) AS repeats,
               count(*) FILTER (WHERE escalation_level LIKE 'L%') AS escalated,
               count(*) FILTER (WHERE charge_frozen) AS charges_frozen,
               count(*) FILTER (WHERE appeal_until IS NOT NULL) AS may_be_appealed,
               count(*) FILTER (WHERE satisfied) AS satisfied,
               count(*) FILTER (WHERE NOT satisfied) AS not_satisfied, round(avg(score), 1) AS mean_score,
               count(*) FILTER (WHERE offer_decision = 'PROPOSED') AS offers_proposed,
               count(*) FILTER (WHERE offer_decision = 'WITHHELD') AS offers_withheld,
               max(received_at) AS last_complaint_at
        FROM newest
    ), promised AS (
        SELECT count(*) AS promises, count(*) FILTER (WHERE state = 'KEPT') AS promises_kept,
               count(*) FILTER (WHERE state = 'KEPT_LATE') AS promises_kept_late,
               count(*) FILTER (WHERE state = 'BROKEN') AS promises_broken
        FROM newest CROSS JOIN LATERAL (
            SELECT state FROM promise WHERE promise.complaint_id = newest.complaint_id OFFSET 0
        ) AS each_promise
    )
    SELECT customer.*,
           (SELECT coalesce(jsonb_agg(key ORDER BY key), '[]') FROM customer_key
            WHERE customer_key.customer_id = customer.customer_id) AS keys,
           (SELECT to_jsonb(told) || to_jsonb(promised) FROM told, promised) AS totals,
           (SELECT coalesce(jsonb_agg(shown ORDER BY complaint_id DESC), '[]')
            FROM (SELECT * FROM newest ORDER BY complaint_id DESC LIMIT :shown) AS shown) AS complaints,
           (SELECT coalesce(jsonb_agg(shown ORDER BY received_at DESC, contact_id DESC), '[]')
            FROM (SELECT contact.contact_id, contact.complaint_id, contact.channel, contact.received_at
                  FROM (SELECT complaint_id FROM newest ORDER BY complaint_id DESC LIMIT :shown) AS last
                  JOIN contact USING (complaint_id)
                  ORDER BY contact.received_at DESC, contact.contact_id DESC LIMIT :shown) AS shown) AS contacts
    FROM customer WHERE customer.customer_id = :customer
    """
)


async def find_customer(work: UnitOfWork, customer_id: UUID) -> dict[str, Any] | None:
    """The whole view, or None if there is no such customer."""
    found = await work.fetch(VIEW, {"customer": customer_id, "counted": COUNTED, "shown": SHOWN})
    return dict(found[0]) if found else None
