"""What sla does when it hears of a complaint, and of what keeps its promises or makes them needless."""

from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import ComplaintReceived
from shared.events.notify import MessageSent, MessageSkipped
from shared.events.routing import (
    ComplaintClosed,
    ComplaintReopened,
    ComplaintResolved,
    SolutionProposed,
    StepsTaken,
)
from shared.events.vocabulary import MessageKind, PromiseKind, Role

from .calendar_store import Timekeeper
from .choose_target import Facts
from .make_promises import Occasion, make_promises
from .policy import SlaPolicy
from .promise_rows import PromisedComplaint
from .promises import load_complaints
from .settle import PromiseState
from .settle_promises import End, settle_promises

Message: TypeAlias = MessageSent | MessageSkipped
ALL = ACK, CONTACT, UPDATE, SOLVE = tuple(PromiseKind)


def reactions(policy: SlaPolicy, keeper: Timekeeper) -> Reactions:
    """What to do on which event.

    MessageFailed and MessageUnknown are not here: of a receipt that may not have arrived nobody can say that
    the promise was kept. MessageSkipped is: without an address the receipt number that the door answered with
    has to do.
    """
    return {
        ComplaintReceived: partial(promise_all, policy, keeper),
        MessageSent: note_receipts,
        MessageSkipped: note_receipts,
        StepsTaken: note_contacts,
        SolutionProposed: note_news,
        ComplaintResolved: note_results,
        ComplaintReopened: partial(promise_again, policy, keeper),
        ComplaintClosed: withdraw_the_rest,
    }


async def promise_all(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, received: Sequence[Envelope[ComplaintReceived]]
) -> None:
    """Promise a receipt, a contact, news and a result; a call that a person took was the contact (FC-1)."""
    complaints = [_as_promised(envelope.event) for envelope in received]
    occasions = [
        Occasion(envelope, ALL, _facts(complaint), complaint.received_at)
        for envelope, complaint in zip(received, complaints, strict=True)
    ]
    await make_promises(tx, policy, keeper, occasions, complaints)
    taken = [envelope for envelope in received if envelope.event.taken_by is not None]
    await settle_promises(tx, [CONTACT], [End(envelope, envelope.event.received_at) for envelope in taken])


async def promise_again(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, reopened: Sequence[Envelope[ComplaintReopened]]
) -> None:
    """Promise a result for the next round, from when it was opened again (FU-7)."""
    known = await load_complaints(tx, [envelope.event.complaint_id for envelope in reopened])
    occasions = [
        Occasion(
            envelope,
            [SOLVE],
            _facts(known[envelope.event.complaint_id]),
            envelope.event.reopened_at,
            round=envelope.event.round,
            reopened=True,
        )
        for envelope in reopened
    ]
    await make_promises(tx, policy, keeper, occasions)


async def note_receipts(tx: Transaction, decided: Sequence[Envelope[Message]]) -> None:
    """A receipt that was sent, or had nowhere to go, keeps the first promise."""
    receipts = [e for e in decided if e.event.kind is MessageKind.RECEIPT and e.event.role is Role.CUSTOMER]
    await settle_promises(tx, [ACK], [End(envelope, envelope.event.decided_at) for envelope in receipts])


async def note_contacts(tx: Transaction, taken: Sequence[Envelope[StepsTaken]]) -> None:
    """The first steps with the customer are the first contact."""
    await settle_promises(tx, [CONTACT], [End(envelope, envelope.event.taken_at) for envelope in taken])


async def note_news(tx: Transaction, proposed: Sequence[Envelope[SolutionProposed]]) -> None:
    """To say what will be done is news."""
    await settle_promises(tx, [UPDATE], [End(envelope, envelope.event.proposed_at) for envelope in proposed])


async def note_results(tx: Transaction, resolved: Sequence[Envelope[ComplaintResolved]]) -> None:
    """A result is also news."""
    ends = [End(envelope, envelope.event.resolved_at) for envelope in resolved]
    await settle_promises(tx, [UPDATE, SOLVE], ends)


async def withdraw_the_rest(tx: Transaction, closed: Sequence[Envelope[ComplaintClosed]]) -> None:
    """What was not done when the complaint ended is no longer needed; if due before, it was broken."""
    ends = [End(envelope, envelope.event.closed_at, PromiseState.WITHDRAWN) for envelope in closed]
    await settle_promises(tx, ALL, ends)


def _as_promised(event: ComplaintReceived) -> PromisedComplaint:
    return PromisedComplaint(
        event.complaint_id,
        event.severity,
        event.severity_rule,
        event.grade,
        event.repeat_index,
        event.received_at,
    )


def _facts(complaint: PromisedComplaint) -> Facts:
    return Facts(complaint.severity, complaint.severity_rule, complaint.grade, complaint.repeat_index)
