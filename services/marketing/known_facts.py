"""Keeps what marketing knows of customers and complaints, one statement per batch of events."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.feedback import SatisfactionAnswered
from shared.events.intake import ComplaintReceived, ConsentChanged
from shared.events.routing import (
    ComplaintAppealed,
    ComplaintCancelled,
    ComplaintClosed,
    ComplaintRejected,
    ComplaintReopened,
)

from .latest_consent import Word, latest_words
from .person_consent import Said
from .policy import MarketingPolicy

_KEPT = (
    "complaint_id",
    "customer_id",
    "grade",
    "severity",
    "case_type",
    "category",
    "channel",
    "repeat_index",
    "received_at",
)
_CONSENT = """
    INSERT INTO customer (customer_id, marketing, said_at, person_id)
    SELECT word.*, word.customer_id FROM unnest(CAST(:customers AS uuid[]), CAST(:marketing AS boolean[]),
        CAST(:said_at AS timestamptz[])) AS word (customer_id, marketing, said_at)
    ON CONFLICT (customer_id) DO UPDATE SET said_at = excluded.said_at,
        marketing = excluded.marketing AND (customer.marketing OR excluded.said_at > customer.said_at)
    WHERE excluded.said_at >= customer.said_at
"""
_KEEP_EXPRESS_CONSENT = Statement(
    """
    INSERT INTO customer (customer_id, marketing, said_at, withdrawn_at, agreed_at, person_id)
    SELECT customer_id, marketing, said_at, CASE WHEN NOT marketing THEN said_at END,
           CASE WHEN marketing THEN said_at END, customer_id
    FROM unnest(CAST(:customers AS uuid[]), CAST(:marketing AS boolean[]), CAST(:said_at AS timestamptz[]))
         AS word (customer_id, marketing, said_at)
    ON CONFLICT (customer_id) DO UPDATE SET said_at = greatest(excluded.said_at, customer.said_at),
        withdrawn_at = greatest(excluded.withdrawn_at, customer.withdrawn_at),
        agreed_at = greatest(excluded.agreed_at, customer.agreed_at),
        marketing = CASE WHEN excluded.said_at < customer.said_at THEN customer.marketing
            ELSE excluded.marketing AND (customer.marketing OR excluded.said_at > customer.said_at) END
    """
)
_KEEP_COMPLAINTS = Statement(
    f"""
    WITH consent AS ({_CONSENT})
    INSERT INTO complaint (complaint_id, customer_id, grade, severity, case_type, category, channel,
        repeat_index, received_at)
    SELECT * FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:customer_id AS uuid[]), CAST(:grade AS text[]),
        CAST(:severity AS text[]), CAST(:case_type AS text[]), CAST(:category AS text[]),
        CAST(:channel AS text[]), CAST(:repeat_index AS smallint[]), CAST(:received_at AS timestamptz[]))
    ON CONFLICT (complaint_id) DO NOTHING
    """  # noqa: S608 - a statement of our own
)
_KEEP_ANSWERS = Statement(
    """
    UPDATE complaint SET answered_round = v.round, satisfied = v.satisfied
    FROM unnest(CAST(:complaints AS uuid[]), CAST(:rounds AS smallint[]), CAST(:satisfied AS boolean[]))
         AS v (complaint_id, round, satisfied)
    WHERE complaint.complaint_id = v.complaint_id
    """
)
_REOPEN = Statement(
    """
    UPDATE complaint SET reopenings = reopenings + 1, closed_at = NULL
    FROM unnest(CAST(:complaints AS uuid[])) AS reopened (complaint_id)
    WHERE complaint.complaint_id = reopened.complaint_id
    """
)
_END = Statement(
    """
    UPDATE complaint SET closed_at = v.ended_at
    FROM unnest(CAST(:complaints AS uuid[]), CAST(:ended_at AS timestamptz[])) AS v (complaint_id, ended_at)
    WHERE complaint.complaint_id = v.complaint_id
    """
)
_CLOSE_AND_LOCK_CUSTOMERS = Statement(
    """
    WITH closed AS (
        UPDATE complaint SET closed_at = v.closed_at
        FROM unnest(CAST(:complaints AS uuid[]), CAST(:closed_at AS timestamptz[]))
             AS v (complaint_id, closed_at)
        WHERE complaint.complaint_id = v.complaint_id
        RETURNING complaint.customer_id
    )
    SELECT member.customer_id FROM customer member
    WHERE member.person_id IN (SELECT person_id FROM customer JOIN closed USING (customer_id))
    ORDER BY member.customer_id FOR UPDATE
    """
)
_HISTORY = Statement(
    """
    SELECT c.*, customer.person_id, past.*, heard.*, words.*,
        (SELECT max(merged_at) FROM customer_merge
         WHERE NOT undone AND customer_id IN (SELECT customer_id FROM customer m WHERE m.person_id = customer.person_id)
           AND words.members > 1) AS merged_at
    FROM unnest(CAST(:complaints AS uuid[])) AS closed (id)
    JOIN complaint c ON c.complaint_id = closed.id
    JOIN customer ON customer.customer_id = c.customer_id
    -- An array, for the plan of a join may read everybody's.
    CROSS JOIN LATERAL (
        SELECT ARRAY(SELECT customer_id FROM customer member WHERE member.person_id = customer.person_id)
    ) AS person (customers)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE o.closed_at IS NULL) AS other_open,
               count(*) FILTER (WHERE o.received_at >= :complaints_since OR o.complaint_id = c.complaint_id)
                   AS complaints
        FROM complaint o WHERE o.customer_id = ANY (person.customers)
    ) AS past
    CROSS JOIN LATERAL (
        SELECT count(*) AS offers FROM decision d
        WHERE d.customer_id = ANY (person.customers) AND d.decision = 'OFFERED' AND d.decided_at >= :offers_since
    ) AS heard
    CROSS JOIN LATERAL (
        SELECT count(*) AS members, array_agg(marketing) AS said, array_agg(withdrawn_at) AS withdrawn,
               array_agg(agreed_at) AS agreed
        FROM customer member WHERE member.person_id = customer.person_id
    ) AS words
    WHERE NOT EXISTS (SELECT FROM decision d WHERE d.complaint_id = c.complaint_id)
    ORDER BY c.closed_at, c.complaint_id
    """
)


async def keep_complaints(tx: Transaction, received: Sequence[Envelope[ComplaintReceived]]) -> None:
    """Keep what offers depend on, and the customers' consent as it stood then."""
    words = [Word(e.event.customer_id, e.event.marketing_consent, e.recorded_at) for e in received]
    columns = {name: [getattr(envelope.event, name) for envelope in received] for name in _KEPT}
    await tx.fetch(_KEEP_COMPLAINTS, columns | _last_of(words))


async def keep_consent(tx: Transaction, changed: Sequence[Envelope[ConsentChanged]]) -> None:
    """The last word counts from now on, whatever the order in which words arrive (OF-7)."""
    words = [Word(e.event.customer_id, e.event.marketing, e.recorded_at) for e in changed]
    await tx.fetch(_KEEP_EXPRESS_CONSENT, _last_of(words))


async def keep_answers(tx: Transaction, answered: Sequence[Envelope[SatisfactionAnswered]]) -> None:
    """Keep whether the customers are satisfied with the resolution they were asked about."""
    columns = {
        "complaints": [envelope.event.complaint_id for envelope in answered],
        "rounds": [envelope.event.round for envelope in answered],
        "satisfied": [envelope.event.satisfied for envelope in answered],
    }
    await tx.fetch(_KEEP_ANSWERS, columns)


async def keep_reopenings(tx: Transaction, reopened: Sequence[Envelope[ComplaintReopened]]) -> None:
    """Keep that these complaints are open again."""
    complaints = [envelope.event.complaint_id for envelope in reopened]
    await tx.fetch(_REOPEN, {"complaints": complaints})


async def keep_rejections(tx: Transaction, rejected: Sequence[Envelope[ComplaintRejected]]) -> None:
    """What was rejected is open no more; nobody is offered anything for it."""
    await _end(tx, {e.event.complaint_id: e.event.rejected_at for e in rejected})


async def keep_cancellations(tx: Transaction, cancelled: Sequence[Envelope[ComplaintCancelled]]) -> None:
    """What the customer wants no more is open no more; nobody is offered anything for it."""
    await _end(tx, {e.event.complaint_id: e.event.cancelled_at for e in cancelled})


async def keep_appeals(tx: Transaction, appealed: Sequence[Envelope[ComplaintAppealed]]) -> None:
    """What is appealed is open until it is decided."""
    await _end(tx, dict.fromkeys((e.event.complaint_id for e in appealed), None))


async def _end(tx: Transaction, ended: Mapping[UUID, datetime | None]) -> None:
    await tx.fetch(_END, {"complaints": list(ended), "ended_at": list(ended.values())})


async def close_and_look_back(
    tx: Transaction, closed: Sequence[Envelope[ComplaintClosed]], policy: MarketingPolicy
) -> list[dict[str, Any]]:
    """Close these complaints; returns those not decided before, in the order of closing, with their history.

    The customers' rows are locked first and looked at afterwards, so of two decisions about one customer the
    second one sees the first.
    """
    complaints = [envelope.event.complaint_id for envelope in closed]
    closed_at = [envelope.event.closed_at for envelope in closed]
    await tx.fetch(_CLOSE_AND_LOCK_CUSTOMERS, {"complaints": complaints, "closed_at": closed_at})
    history = await tx.fetch(
        _HISTORY,
        {
            "complaints": complaints,
            "complaints_since": _before(tx.now, policy.gate.complaints_within),
            "offers_since": _before(tx.now, policy.cap.within),
        },
    )
    return [dict(row) for row in history]


def words_of(facts: Mapping[str, Any]) -> list[Said]:
    """What those said who are one person, from the columns of a statement."""
    return [Said(*one) for one in zip(facts["said"], facts["withdrawn"], facts["agreed"], strict=True)]


def _last_of(words: Sequence[Word]) -> dict[str, Any]:
    latest = latest_words(words)
    return {
        "customers": [word.customer_id for word in latest],
        "marketing": [word.marketing for word in latest],
        "said_at": [word.said_at for word in latest],
    }


def _before(now: datetime, seconds: float) -> datetime:
    return now - timedelta(seconds=seconds)
