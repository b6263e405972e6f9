"""Keeps what notify knows of complaints: one statement per batch of events, which gives the rows back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import ComplaintReceived
from shared.events.routing import HandlerAssigned, OwnerChanged, OwnerNamed
from shared.events.sla import PromisesMade
from shared.events.vocabulary import PromiseKind

from .overtaken import Stage
from .past_notices import noted_past

Complaint: TypeAlias = Mapping[str, Any]
Complaints: TypeAlias = Mapping[UUID, Complaint]

_CUSTOMER = ("receipt_number", "language", "reply_channel", "reply_to", "address_hint")
_OWNER = ("owner_id", "owner_name", "lead_id", "staff_channel", "owner_reply_to", "lead_reply_to")

_ABOVE = tuple(
    f"{who}_{what}" for who in ("manager", "coordinator") for what in ("id", "channel", "reply_to")
)

_RECEIVED = Statement(
    """
    INSERT INTO complaint (complaint_id, receipt_number, language, reply_channel, reply_to, address_hint, past,
                           zone)
    SELECT * FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:receipt_number AS text[]),
                         CAST(:language AS text[]), CAST(:reply_channel AS text[]), CAST(:reply_to AS text[]),
                         CAST(:address_hint AS text[]), CAST(:past AS text[]),
                         CAST(:zone AS text[]))
    ON CONFLICT (complaint_id) DO UPDATE SET receipt_number = excluded.receipt_number RETURNING complaint.*
    """
)
_OWNED = Statement(
    """
    UPDATE complaint SET owner_id = v.owner_id, owner_name = v.owner_name, lead_id = v.lead_id,
        staff_channel = v.staff_channel, owner_reply_to = v.owner_reply_to, lead_reply_to = v.lead_reply_to
    FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:owner_id AS text[]), CAST(:owner_name AS text[]),
                CAST(:lead_id AS text[]), CAST(:staff_channel AS text[]), CAST(:owner_reply_to AS text[]),
                CAST(:lead_reply_to AS text[]))
         AS v (complaint_id, owner_id, owner_name, lead_id, staff_channel, owner_reply_to, lead_reply_to)
    WHERE complaint.complaint_id = v.complaint_id RETURNING complaint.*
    """
)
_HANDLED = Statement(
    """
    UPDATE complaint SET manager_id = v.manager_id, manager_channel = v.manager_channel,
        manager_reply_to = v.manager_reply_to, coordinator_id = v.coordinator_id,
        coordinator_channel = v.coordinator_channel, coordinator_reply_to = v.coordinator_reply_to
    FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:manager_id AS text[]), CAST(:manager_channel AS text[]),
                CAST(:manager_reply_to AS text[]), CAST(:coordinator_id AS text[]),
                CAST(:coordinator_channel AS text[]), CAST(:coordinator_reply_to AS text[]))
         AS v (complaint_id, manager_id, manager_channel, manager_reply_to, coordinator_id, coordinator_channel,
               coordinator_reply_to)
    WHERE complaint.complaint_id = v.complaint_id RETURNING complaint.*
    """
)
_PROMISED = Statement(
    """
    UPDATE complaint SET solve_due_at = v.due_at
    FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:due_at AS timestamptz[])) AS v (complaint_id, due_at)
    WHERE complaint.complaint_id = v.complaint_id RETURNING complaint.*
    """
)
_MOVED = Statement(
    """
    UPDATE complaint SET stage = :stage, round = v.round
    FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:round AS smallint[])) AS v (complaint_id, round)
    WHERE complaint.complaint_id = v.complaint_id RETURNING complaint.*
    """
)
_ENDED = Statement(
    """
    UPDATE complaint SET stage = 'CLOSED' WHERE complaint_id = ANY (CAST(:complaint_id AS uuid[]))
    RETURNING complaint.*
    """
)
_KNOWN = Statement("SELECT * FROM complaint WHERE complaint_id = ANY (CAST(:complaint_id AS uuid[]))")


async def keep_customers(tx: Transaction, received: Sequence[Envelope[ComplaintReceived]]) -> Complaints:
    """Keep how the customers are reached, in which zone they read times, and what their earlier complaints ask for."""
    told = {"past": [noted_past(e.event.tags) for e in received]}
    told["zone"] = [e.event.customer_zone for e in received]
    return await _run(tx, _RECEIVED, received, _columns(received, _CUSTOMER) | told)


async def keep_owners(
    tx: Transaction, named: Sequence[Envelope[OwnerNamed] | Envelope[OwnerChanged]]
) -> Complaints:
    """Keep who answers for the complaints, and how owner and team lead are reached."""
    return await _run(tx, _OWNED, named, _columns(named, _OWNER))


async def keep_handlers(tx: Transaction, assigned: Sequence[Envelope[HandlerAssigned]]) -> None:
    """Keep who is above those that work on the complaints, and how they are reached."""
    await _run(tx, _HANDLED, assigned, _columns(assigned, _ABOVE))


async def keep_due_times(tx: Transaction, made: Sequence[Envelope[PromisesMade]]) -> Complaints:
    """Keep until when results are promised."""
    return await _run(tx, _PROMISED, made, {"due_at": [result_due_at(e.event) for e in made]})


def result_due_at(made: PromisesMade) -> datetime | None:
    """Until when a result is promised, if it is among these promises."""
    return next((promise.due_at for promise in made.promises if promise.kind is PromiseKind.SOLVE), None)


async def keep_stage(tx: Transaction, stage: Stage, moved: Sequence[Envelope[Any]]) -> Complaints:
    """Keep that complaints have come to this stage, each in the round of its event."""
    return await _run(tx, _MOVED, moved, {"stage": stage, **_columns(moved, ("round",))})


async def keep_moved_times(tx: Transaction, results: Mapping[UUID, datetime]) -> None:
    """Keep until when results are promised now."""
    if results:
        await tx.fetch(_PROMISED, {"complaint_id": list(results), "due_at": list(results.values())})


async def keep_end(tx: Transaction, ended: Sequence[Envelope[Any]]) -> Complaints:
    """Keep that complaints have ended in the round in which they are."""
    return await _run(tx, _ENDED, ended, {})


async def known_complaints(tx: Transaction, about: Sequence[Envelope[Any]]) -> Complaints:
    """What is known of the complaints that these events are about."""
    return await _run(tx, _KNOWN, about, {})


async def complaints_by_id(tx: Transaction, ids: Sequence[UUID]) -> Complaints:
    """What is known of these complaints."""
    return {row["complaint_id"]: row for row in await tx.fetch(_KNOWN, {"complaint_id": list(ids)})}


def _columns(envelopes: Sequence[Envelope[Any]], names: Sequence[str]) -> dict[str, Any]:
    return {name: [getattr(envelope.event, name) for envelope in envelopes] for name in names}


async def _run(
    tx: Transaction, statement: Statement, about: Sequence[Envelope[Any]], values: Mapping[str, Any]
) -> Complaints:
    ids = [envelope.event.complaint_id for envelope in about]
    return {row["complaint_id"]: row for row in await tx.fetch(statement, {"complaint_id": ids, **values})}
