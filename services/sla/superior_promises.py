"""Calls for a superior: promises the team lead's answer to customers who ask for it (section 5)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from shared.bus.consumer import Reactions
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import ComplaintJudgedAgain, ContactAttached
from shared.events.sla import CustomerEscalated
from shared.events.vocabulary import PromiseKind, Tag

from .ask_superior import Standing, objection
from .calendar_store import Timekeeper
from .make_promises import Occasion, make_promises
from .policy import SlaPolicy
from .promise_rows import facts_of
from .promises import load_complaints

_STANDINGS = Statement(
    """
    SELECT complaint_id, bool_or(kind = 'SOLVE' AND settled_at IS NULL), bool_or(kind = 'SUPERIOR'),
        coalesce(max(round) FILTER (WHERE kind = 'SOLVE'), 1), min(due_at) FILTER (WHERE kind = 'CONTACT')
    FROM promise WHERE complaint_id = ANY (CAST(:ids AS uuid[])) GROUP BY complaint_id
    """
)


class Call(NamedTuple):
    """A customer asks for a superior: in which contact, or which member of staff says so.

    because_of: the event with their words; rejects_solution: in the same breath they say that it was not put right.
    """

    complaint_id: UUID
    asked_at: datetime
    contact_id: UUID | None = None
    by: str | None = None
    rejects_solution: bool = False
    because_of: Envelope[Any] | None = None


def superiors(policy: SlaPolicy, keeper: Timekeeper) -> Reactions:
    """What to do on which event with a customer's words."""
    return {
        ContactAttached: partial(hear_contacts, policy, keeper),
        ComplaintJudgedAgain: partial(hear_late_words, policy, keeper),
    }


async def hear_contacts(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, attached: Sequence[Envelope[ContactAttached]]
) -> None:
    """A later contact asks for somebody above."""
    calls = [
        Call(event.complaint_id, event.received_at, event.contact_id, None, event.reopens, envelope)
        for envelope in attached
        for event in (envelope.event,)
        if Tag.ASKS_SUPERIOR in event.tags
    ]
    await call_superiors(tx, policy, keeper, calls)


async def hear_late_words(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, judged: Sequence[Envelope[ComplaintJudgedAgain]]
) -> None:
    """The same in words that came after their contact, such as the transcript of a call."""
    calls = [
        Call(event.complaint_id, event.judged_at, event.contact_id, because_of=envelope)
        for envelope in judged
        for event in (envelope.event,)
        if Tag.ASKS_SUPERIOR in event.tags
    ]
    await call_superiors(tx, policy, keeper, calls)


async def call_superiors(
    tx: Transaction, policy: SlaPolicy, keeper: Timekeeper, calls: Sequence[Call]
) -> None:
    """Promise an answer where nothing stands against it; the complaints are locked, at most one call for each."""
    standings = await load_standings(tx, [call.complaint_id for call in calls])
    granted = [
        call
        for call in calls
        if call.complaint_id in standings
        and objection(
            standings[call.complaint_id],
            call.asked_at,
            policy.superior,
            rejects_solution=call.rejects_solution,
        )
        is None
    ]
    await promise_answers(tx, policy, keeper, granted, standings)


async def promise_answers(
    tx: Transaction,
    policy: SlaPolicy,
    keeper: Timekeeper,
    granted: Sequence[Call],
    standings: Mapping[UUID, Standing],
) -> None:
    """Promise an answer to each of these calls, against which nothing stands; the complaints are locked."""
    if not granted:
        return
    known = await load_complaints(tx, [call.complaint_id for call in granted])
    occasions = []
    for call in granted:
        round_ = standings[call.complaint_id].round
        told = CustomerEscalated(
            complaint_id=call.complaint_id,
            round=round_,
            contact_id=call.contact_id,
            by=call.by,
            asked_at=call.asked_at,
            policy_version=policy.version,
        )
        because_of = tx.publish(told, because_of=call.because_of)
        facts = facts_of(known[call.complaint_id])
        occasions.append(Occasion(because_of, [PromiseKind.SUPERIOR], facts, call.asked_at, round=round_))
    await make_promises(tx, policy, keeper, occasions)


async def load_standings(tx: Transaction, complaints: Iterable[UUID]) -> Mapping[UUID, Standing]:
    """How these complaints stand, by id; those that nothing was promised to are left out."""
    ids = list(complaints)
    rows = await tx.fetch(_STANDINGS, {"ids": ids}) if ids else []
    return {row[0]: Standing(*row[1:]) for row in rows}
