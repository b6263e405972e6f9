"""Tells people what happened beside the ordinary journey, after keeping what it changes of what notify knows."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import DutyDone
from shared.events.routing import (
    ComplaintAppealed,
    ComplaintCancelled,
    ComplaintClosed,
    ComplaintRejected,
    OwnerChanged,
    ProgressTold,
    UrgencyChanged,
)
from shared.events.sla import PromiseExtended, PromiseRecomputed, PromisesResumed
from shared.events.vocabulary import PromiseKind, Role

from .care_notices import REPLACED
from .complaints import Complaints, keep_end, keep_moved_times, keep_owners, keep_stage, known_complaints
from .messages import Messages, Wish
from .notice import Fact, Notice, Owed, SealedText, Several
from .notices import EVENTS, notices_of
from .overtaken import Stage, overtaken_kinds
from .staff_notices import done_with


def reactions_to_notices(messages: Messages) -> Reactions:
    """What to do on events that are no part of every journey."""
    plain = partial(tell_notices, messages)
    return {
        **dict.fromkeys(EVENTS, plain),
        PromiseExtended: partial(tell_moved_times, messages),
        PromiseRecomputed: partial(tell_moved_times, messages),
        PromisesResumed: partial(tell_resumed, messages),
        OwnerChanged: partial(tell_new_owners, messages),
        ComplaintRejected: partial(tell_rejections, messages),
        ComplaintCancelled: partial(note_cancellations, messages),
        ComplaintAppealed: partial(tell_appeals, messages),
        ComplaintClosed: partial(tell_closings, messages),
        DutyDone: partial(note_done_duties, messages),
        UrgencyChanged: partial(tell_news, messages),
        ProgressTold: partial(tell_news, messages),
    }


async def tell_notices(messages: Messages, tx: Transaction, heard: Sequence[Envelope[Any]]) -> None:
    """Tell what needs nothing kept."""
    await _tell(messages, tx, heard, None)


async def tell_moved_times(
    messages: Messages, tx: Transaction, moved: Sequence[Envelope[PromiseExtended | PromiseRecomputed]]
) -> None:
    """Keep the new time of a result; tell it where it is worth it."""
    results = {e.event.complaint_id: e.event.due_at for e in moved if e.event.kind is PromiseKind.SOLVE}
    await keep_moved_times(tx, results)
    await _tell(messages, tx, moved, None)


async def tell_resumed(
    messages: Messages, tx: Transaction, resumed: Sequence[Envelope[PromisesResumed]]
) -> None:
    """Keep the new time of a result; tell whom it concerns that a pause ended of itself."""
    results = {
        e.event.complaint_id: promise.due_at
        for e in resumed
        for promise in e.event.promises
        if promise.kind is PromiseKind.SOLVE
    }
    await keep_moved_times(tx, results)
    await _tell(messages, tx, resumed, None)


async def tell_new_owners(
    messages: Messages, tx: Transaction, changed: Sequence[Envelope[OwnerChanged]]
) -> None:
    """Keep who answers now, and tell the customer."""
    await _tell(messages, tx, changed, await keep_owners(tx, changed))


async def tell_rejections(
    messages: Messages, tx: Transaction, rejected: Sequence[Envelope[ComplaintRejected]]
) -> None:
    """The complaint has ended: what was to be told of it is not, but the reason is."""
    known = await keep_end(tx, rejected)
    await messages.withdraw(tx, rejected, overtaken_kinds(Stage.CLOSED))
    await _tell(messages, tx, rejected, known)


async def note_cancellations(
    messages: Messages, tx: Transaction, cancelled: Sequence[Envelope[ComplaintCancelled]]
) -> None:
    """The customer wants it no more, and hears no more of it."""
    await keep_end(tx, cancelled)
    await messages.withdraw(tx, cancelled, overtaken_kinds(Stage.CLOSED))


async def tell_appeals(
    messages: Messages, tx: Transaction, appealed: Sequence[Envelope[ComplaintAppealed]]
) -> None:
    """The complaint is open again until it is decided."""
    await _tell(messages, tx, appealed, await keep_stage(tx, Stage.OPEN, appealed))


async def tell_closings(
    messages: Messages, tx: Transaction, closed: Sequence[Envelope[ComplaintClosed]]
) -> None:
    """Nothing of the work is told of a complaint that has ended; what is owed is, and the right to appeal."""
    known = await keep_stage(tx, Stage.CLOSED, closed)
    await messages.withdraw(tx, closed, overtaken_kinds(Stage.CLOSED))
    await _tell(messages, tx, closed, known)


async def note_done_duties(messages: Messages, tx: Transaction, done: Sequence[Envelope[DutyDone]]) -> None:
    """Nobody is asked any more to do what is done."""
    for kinds in {done_with(e.event) for e in done}:
        await messages.withdraw(tx, [e for e in done if done_with(e.event) == kinds], kinds)


async def tell_news(
    messages: Messages, tx: Transaction, heard: Sequence[Envelope[UrgencyChanged] | Envelope[ProgressTold]]
) -> None:
    """The newest news takes the place of news that still waits, as after an outage of the provider."""
    causes = {envelope.event.complaint_id: envelope for envelope in heard}
    newest = [notice.told_of for e in heard for notice in notices_of(e.event, messages.policy)]
    await messages.withdraw_from(tx, causes, REPLACED[type(heard[0].event)], keep=newest)
    await _tell(messages, tx, heard, None)


async def _tell(
    messages: Messages, tx: Transaction, heard: Sequence[Envelope[Any]], known: Complaints | None
) -> None:
    calling = [(e, notices) for e in heard if (notices := notices_of(e.event, messages.policy))]
    if not calling:
        return
    if known is None:
        known = await known_complaints(tx, [envelope for envelope, _ in calling])
    await messages.store(
        tx, [wish for e, notices in calling for wish in wishes_of(messages, e, notices, known)]
    )


def wishes_of(
    messages: Messages, envelope: Envelope[Any], notices: Sequence[Notice], known: Complaints
) -> Iterator[Wish]:
    """These messages in words; who has two of the roles is told once."""
    complaint = known[envelope.event.complaint_id]
    owner_leads = complaint["owner_id"] == complaint["lead_id"]
    leads_both = (
        complaint["manager_id"] is not None and complaint["manager_id"] == complaint["coordinator_id"]
    )
    for notice in notices:
        if owner_leads and notice.role is Role.TEAM_LEAD and any(n.role is Role.OWNER for n in notices):
            continue
        if leads_both and notice.role is Role.COORDINATOR and any(n.role is Role.MANAGER for n in notices):
            continue
        where = notice.where or messages.desk(notice.role, complaint)
        wish = Wish(envelope, complaint, notice.kind, notice.role, notice.told_of, where=where)
        wish = wish._replace(not_before=notice.not_before)
        facts = {name: said(messages, wish, fact) for name, fact in notice.facts.items()}
        sealed = [fact.sealed for fact in notice.facts.values() if isinstance(fact, SealedText)]
        remarks = messages.remarks(wish, late=notice.late, level=notice.level)
        yield wish._replace(facts=facts, must_open=sealed[0] if sealed else None, remarks=remarks)


def said(messages: Messages, wish: Wish, fact: Fact) -> str:
    """A fact in the reader's language."""
    language = messages.language_of(wish)
    match fact:
        case datetime():
            return messages.say(wish, fact)
        case Owed(kind, amount):
            words = [messages.texts.word(kind)[language]] if kind else []
            money = messages.texts.money[language].format(amount=f"{amount / 100:.2f}")
            return " ".join(words + [money] * bool(amount))
        case SealedText(sealed):
            return messages.opened(sealed, wish)
        case Several(values):
            return messages.texts.several(values, language)
        case StrEnum():
            return messages.texts.word(fact)[language]
    return fact
