"""What notify does when it hears of a complaint: keeps what it needs to know and tells whom it concerns."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.feedback import SatisfactionAsked
from shared.events.intake import ComplaintJoinedIncident, ComplaintReceived, IncidentEnded
from shared.events.routing import ComplaintReopened, ComplaintResolved, HandlerAssigned, OwnerNamed
from shared.events.sla import EscalationReached, PromiseBroken, PromisesMade
from shared.events.vocabulary import MessageKind, Role

from .complaints import (
    Complaints,
    keep_customers,
    keep_due_times,
    keep_handlers,
    keep_owners,
    keep_stage,
    known_complaints,
    result_due_at,
)
from .incidents import note_ended_incidents, tell_of_incidents
from .messages import Messages, Wish
from .overtaken import Stage, overtaken_kinds
from .past_notices import past_notices
from .policy import BY_DESK
from .tell_notices import reactions_to_notices, tell_notices, wishes_of
from .tell_outages import reactions_to_outages

_TOLD_OF_RUNGS = (Role.OWNER, Role.TEAM_LEAD, *BY_DESK)
HEARS = ("intake", "routing", "sla", "feedback")


def reactions(messages: Messages) -> Reactions:
    """What to do on which event."""
    return {
        ComplaintReceived: partial(tell_receipts, messages),
        OwnerNamed: partial(tell_owners, messages),
        HandlerAssigned: note_handlers,
        PromiseBroken: partial(tell_of_lateness, messages),
        EscalationReached: partial(tell_staff_of_escalations, messages),
        ComplaintResolved: partial(tell_resolutions, messages),
        ComplaintReopened: partial(note_reopenings, messages),
        SatisfactionAsked: partial(tell_questions, messages),
        **reactions_to_notices(messages),
        PromisesMade: partial(tell_promised_times, messages),
        ComplaintJoinedIncident: partial(tell_of_incidents, messages),
        IncidentEnded: partial(note_ended_incidents, messages),
        **reactions_to_outages(messages),
    }


async def tell_receipts(
    messages: Messages, tx: Transaction, received: Sequence[Envelope[ComplaintReceived]]
) -> None:
    """Keep how the customer is reached, and tell the receipt number."""
    known = await keep_customers(tx, received)
    await messages.store(tx, [_wish(e, known, MessageKind.RECEIPT, "receipt") for e in received])


async def tell_owners(messages: Messages, tx: Transaction, named: Sequence[Envelope[OwnerNamed]]) -> None:
    """Keep who answers for the complaint; the customer is told with the promised time, once that is known.

    Now that there is an owner with a team lead, these hear what the customer's earlier complaints ask for.
    """
    known = await keep_owners(tx, named)
    await _name_owners(messages, tx, named, known)
    noted = [(e, past_notices(known[e.event.complaint_id]["past"], messages.policy)) for e in named]
    await messages.store(
        tx, [wish for e, notices in noted for wish in wishes_of(messages, e, notices, known)]
    )


async def note_handlers(tx: Transaction, assigned: Sequence[Envelope[HandlerAssigned]]) -> None:
    """Keep who is told where those that work on it do not answer in time."""
    await keep_handlers(tx, assigned)


async def tell_promised_times(
    messages: Messages, tx: Transaction, made: Sequence[Envelope[PromisesMade]]
) -> None:
    """Keep until when the result was promised; the customer is told with the owner's name, once known.

    A superior's answer is told at once.
    """
    solving = [envelope for envelope in made if result_due_at(envelope.event)]
    if solving:
        await _name_owners(messages, tx, solving, await keep_due_times(tx, solving))
    await tell_notices(messages, tx, made)


async def tell_of_lateness(
    messages: Messages, tx: Transaction, broken: Sequence[Envelope[PromiseBroken]]
) -> None:
    """Apologise to the customer for a promise that was not kept, where the policy says that they are told."""
    told = [envelope for envelope in broken if envelope.event.kind in messages.policy.late_told_for]
    if told:
        known = await known_complaints(tx, told)
        wishes = [_wish(e, known, MessageKind.LATE, str(e.event.promise_id)) for e in told]
        await messages.store(tx, [_with_promise(messages, wish) for wish in wishes])


async def tell_staff_of_escalations(
    messages: Messages, tx: Transaction, reached: Sequence[Envelope[EscalationReached]]
) -> None:
    """Tell those who are to be told of the rung that was reached; who is owner and team lead is told once."""
    known = await known_complaints(tx, reached)
    wishes = []
    for envelope in reached:
        level = envelope.event.level
        roles = [role for role in _TOLD_OF_RUNGS if role in envelope.event.told]
        complaint = known[envelope.event.complaint_id]
        if complaint["owner_id"] == complaint["lead_id"] and Role.OWNER in roles:
            roles = [role for role in roles if role is not Role.TEAM_LEAD]
        for role in roles:
            wish = _wish(envelope, known, MessageKind.ESCALATION, f"{envelope.event.promise_id} {level}")
            wish = wish._replace(role=role, where=messages.desk(role, complaint))
            event = envelope.event
            wish = wish._replace(
                remarks=messages.remarks(wish, late=event.told_late, level=level, missing=event.missing),
                not_before=event.held_until,
            )
            wishes.append(_with_promise(messages, wish, level=level))
    await messages.store(tx, wishes)


async def tell_resolutions(
    messages: Messages, tx: Transaction, resolved: Sequence[Envelope[ComplaintResolved]]
) -> None:
    """Tell the customer that it is thought to be put right; what was due before is no longer told."""
    known = await keep_stage(tx, Stage.RESOLVED, resolved)
    await messages.withdraw(tx, resolved, overtaken_kinds(Stage.RESOLVED))
    await messages.store(tx, [_wish(e, known, MessageKind.RESOLVED, _round(e.event.round)) for e in resolved])


async def note_reopenings(
    messages: Messages, tx: Transaction, reopened: Sequence[Envelope[ComplaintReopened]]
) -> None:
    """A resolution that no longer stands is not told, nor asked about."""
    await keep_stage(tx, Stage.OPEN, reopened)
    await messages.withdraw(tx, reopened, overtaken_kinds(Stage.OPEN))


async def tell_questions(
    messages: Messages, tx: Transaction, asked: Sequence[Envelope[SatisfactionAsked]]
) -> None:
    """Send the customer the link behind which they say whether it was put right."""
    known = await known_complaints(tx, asked)
    wishes = []
    for envelope in asked:
        wish = _wish(envelope, known, MessageKind.QUESTION, _round(envelope.event.round))
        wishes.append(wish._replace(round=envelope.event.round, link=envelope.event.answer_path))
    await messages.store(tx, wishes)


async def _name_owners(
    messages: Messages, tx: Transaction, envelopes: Sequence[Envelope[Any]], known: Complaints
) -> None:
    """Name the owner where both owner and promised time are known; each owner once."""
    wishes = []
    for envelope in envelopes:
        complaint = known[envelope.event.complaint_id]
        if complaint["owner_id"] and complaint["solve_due_at"]:
            wish = _wish(envelope, known, MessageKind.OWNER_NAMED, complaint["owner_id"])
            wishes.append(wish._replace(facts={"due": messages.say(wish, complaint["solve_due_at"])}))
    await messages.store(tx, wishes)


def _wish(envelope: Envelope[Any], known: Complaints, kind: MessageKind, told_of: str) -> Wish:
    return Wish(envelope, known[envelope.event.complaint_id], kind, Role.CUSTOMER, told_of)


def _round(number: int) -> str:
    return f"round {number}"


def _with_promise(messages: Messages, wish: Wish, **facts: str) -> Wish:
    """The message with the words for the promise that its event is about."""
    event = wish.because_of and wish.because_of.event
    assert isinstance(event, PromiseBroken | EscalationReached)
    promised = messages.texts.promises[event.kind][messages.language_of(wish)]
    return wish._replace(facts={"promised": promised, "due": messages.say(wish, event.due_at), **facts})
