"""Finds what calls that we made were about, keeps whether the customer was reached, and tells it once."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.intake import CustomerCalled

from .judge_outgoing import is_outgoing, judge_outgoing, whose_call
from .next_status import ENDED
from .phone_numbers import read_origin
from .policy import PhonePolicy
from .tell_and_note import tell_and_note

_ABOUT = Statement(
    """
    SELECT given.call_ref, coalesce(
               (SELECT complaint_id FROM customer_call WHERE customer_call.call_ref = given.call_ref),
               (SELECT complaint_id FROM complaint WHERE complaint_id = given.by_id),
               (SELECT complaint_id FROM complaint WHERE receipt_number = given.by_receipt)) AS named,
           (SELECT CASE WHEN count(*) = 1 THEN (array_agg(complaint_id))[1] END
            FROM complaint JOIN customer_key USING (customer_id)
            WHERE customer_key.key = given.key AND resolved_at IS NULL
              AND status <> ALL (CAST(:ended AS text[]))) AS only_open
    FROM unnest(CAST(:calls AS uuid[]), CAST(:ids AS uuid[]), CAST(:receipts AS text[]), CAST(:keys AS text[]))
         AS given (call_ref, by_id, by_receipt, key)
    """
)
_KEEP = Statement(
    """
    INSERT INTO customer_call (call_ref, complaint_id, reached, called_at, by, talked, told_at)
    SELECT row.*, now() FROM unnest(CAST(:calls AS uuid[]), CAST(:complaints AS uuid[]), CAST(:reached AS boolean[]),
        CAST(:called AS timestamptz[]), CAST(:by AS text[]), CAST(:talked AS double precision[])) AS row
    ON CONFLICT (call_ref) DO UPDATE SET reached = excluded.reached, talked = excluded.talked, told_at = now()
    WHERE customer_call.reached <> excluded.reached
    RETURNING call_ref
    """
)


class Made(NamedTuple):
    """A call that we made, about a complaint."""

    call_ref: UUID
    complaint_id: UUID
    facts: Mapping[str, Any]


async def find_made(tx: Transaction, calls: Sequence[Row], phone: PhonePolicy) -> dict[UUID, Made]:
    """Those of these calls that we made about a complaint that we know, by call."""
    ours = {call["call_ref"]: call["facts"] for call in calls if is_outgoing(call["facts"])}
    if not ours:
        return {}
    named = [str(facts.get("complaint", "")) for facts in ours.values()]
    values = {
        "calls": list(ours),
        "ids": [_as_id(name) for name in named],
        "receipts": named,
        "keys": [_key(facts, phone) for facts in ours.values()],
        "ended": list(ENDED),
    }
    about = {
        call_ref: whose_call(ours[call_ref], known, only_open)
        for call_ref, known, only_open in await tx.fetch(_ABOUT, values)
    }
    return {ref: Made(ref, complaint, ours[ref]) for ref, complaint in about.items() if complaint is not None}


async def tell_made(tx: Transaction, made: Sequence[Made]) -> None:
    """Keep and tell which of them reached the customer; what was told before is told again only if it was wrong."""
    over = [(one, outgoing) for one in made if (outgoing := judge_outgoing(one.facts)) is not None]
    if not over:
        return
    await tx.lock({str(one.complaint_id) for one, _ in over} - tx.streams.keys())
    values = {
        "calls": [one.call_ref for one, _ in over],
        "complaints": [one.complaint_id for one, _ in over],
        "reached": [outgoing.reached for _, outgoing in over],
        "called": [outgoing.called_at or tx.now for _, outgoing in over],
        "by": [one.facts.get("agent_id") for one, _ in over],
        "talked": [outgoing.talked for _, outgoing in over],
    }
    news = {call_ref for (call_ref,) in await tx.fetch(_KEEP, values)}
    told = [
        CustomerCalled(
            complaint_id=one.complaint_id,
            call_ref=one.call_ref,
            reached=outgoing.reached,
            by=one.facts.get("agent_id"),
            called_at=outgoing.called_at or tx.now,
            talked=outgoing.talked,
            told_at=tx.now,
        )
        for one, outgoing in over
        if one.call_ref in news
    ]
    await tell_and_note(tx, told, ["REACHED" if event.reached else "NOT_REACHED" for event in told])


def _as_id(named: str) -> UUID | None:
    try:
        return UUID(named)
    except ValueError:
        return None


def _key(facts: Mapping[str, Any], phone: PhonePolicy) -> str:
    number = read_origin(facts.get("called_number", ""), phone.region, phone.withheld).e164
    return f"phone:{number}" if number else ""
