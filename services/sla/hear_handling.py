"""Keeps promises by what is done and said while a complaint is handled: the receipt, the contact, the news."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TypeAlias

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.notify import MessageSent, MessageSkipped
from shared.events.routing import (
    AnswerReleased,
    ComplaintRejected,
    ComplaintResolved,
    ProgressTold,
    SolutionProposed,
    StepsTaken,
)
from shared.events.vocabulary import MessageKind, PromiseKind, Role

from .calendar_store import Timekeeper
from .policy import SlaPolicy
from .settle_promises import End, settle_promises
from .tell_news import tell_news

Message: TypeAlias = MessageSent | MessageSkipped


def handling(policy: SlaPolicy, keeper: Timekeeper) -> Reactions:
    """What to do on which event of the handling.

    MessageFailed and MessageUnknown are not here: of a receipt that may not have arrived nobody can say that
    the promise was kept. MessageSkipped is: without an address the receipt number that the door answered with
    has to do.
    """
    return {
        MessageSent: note_receipts,
        MessageSkipped: note_receipts,
        StepsTaken: note_contacts,
        SolutionProposed: partial(note_news, policy, keeper),
        AnswerReleased: partial(note_words, policy, keeper),
        ProgressTold: partial(note_words, policy, keeper),
    }


async def note_receipts(tx: Transaction, decided: Sequence[Envelope[Message]]) -> None:
    """A receipt that was sent, or had nowhere to go, keeps the first promise."""
    receipts = [e for e in decided if e.event.kind is MessageKind.RECEIPT and e.event.role is Role.CUSTOMER]
    await settle_promises(
        tx, [End(envelope, envelope.event.decided_at, [PromiseKind.ACKNOWLEDGE]) for envelope in receipts]
    )


async def note_contacts(tx: Transaction, taken: Sequence[Envelope[StepsTaken]]) -> None:
    """The first steps with the customer are the first contact; those of a superior are their answer."""
    ends = [
        End(e, e.event.taken_at, (PromiseKind.CONTACT, PromiseKind.SUPERIOR), done_by=(e.event.by,))
        for e in taken
    ]
    await settle_promises(tx, ends)


async def note_news(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, proposed: Sequence[Envelope[SolutionProposed]]
) -> None:
    """To say what will be done is news, with steps a contact as well; more is due as long as it is not done."""
    told = [done(envelope, envelope.event.proposed_at, PromiseKind.UPDATE) for envelope in proposed]
    await tell_news(tx, policy, keeper, told)


async def note_words(
    policy: SlaPolicy,
    keeper: Timekeeper,
    tx: Transaction,
    said: Sequence[Envelope[AnswerReleased] | Envelope[ProgressTold]],
) -> None:
    """An answer in the owner's name is news, and so is how far an urgent complaint is."""
    told = [_said(envelope) for envelope in said]
    await tell_news(tx, policy, keeper, told)


def done(
    envelope: Envelope[SolutionProposed] | Envelope[ComplaintResolved] | Envelope[ComplaintRejected],
    done_at: datetime,
    *kinds: PromiseKind,
) -> End:
    """Keeps promises of these kinds; steps that were taken with it are a contact too."""
    event = envelope.event
    contact = () if isinstance(event, ComplaintRejected) or not event.steps else (PromiseKind.CONTACT,)
    return End(envelope, done_at, (*contact, *kinds, PromiseKind.SUPERIOR), done_by=(event.by,))


def _said(envelope: Envelope[AnswerReleased] | Envelope[ProgressTold]) -> End:
    """An answer that the superior wrote or let go out is theirs."""
    event = envelope.event
    if isinstance(event, ProgressTold):
        return End(envelope, event.told_at, [PromiseKind.UPDATE])
    done_by = [name for name in (event.written_by, event.by) if name is not None]
    return End(envelope, event.released_at, (PromiseKind.UPDATE, PromiseKind.SUPERIOR), done_by=done_by)
