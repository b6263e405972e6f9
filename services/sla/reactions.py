"""What sla does when it hears of a complaint, and of what keeps its promises or makes them needless."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import (
    ComplaintJoinedIncident,
    ComplaintJudgedAgain,
    ComplaintReceived,
    ContactAttached,
    GradeRaised,
)
from shared.events.notify import MessageSent, MessageSkipped
from shared.events.routing import (
    ComplaintCancelled,
    ComplaintClosed,
    ComplaintPaused,
    ComplaintRejected,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResumed,
    OwnerChanged,
    OwnerNamed,
    SolutionProposed,
    StepsTaken,
)
from shared.events.vocabulary import MessageKind, PauseReason, PromiseKind, Role

from .addressees import note_owners
from .calendar_store import Timekeeper
from .contract_terms import with_terms
from .make_promises import Occasion, make_promises
from .pause_promises import Begin, begin_pauses, end_pauses
from .pause_promises import End as EndOfPause
from .pauses import Because
from .policy import SlaPolicy
from .promise_rows import PromisedComplaint, facts_of
from .promises import load_complaints
from .regrade import Cause, News
from .settle import PromiseState
from .settle_promises import End, settle_promises
from .swap_targets import Swap, swap_targets

Message: TypeAlias = MessageSent | MessageSkipped
_BECAUSE = {
    "CUSTOMER": Because.CUSTOMER,
    "TIME": Because.LIMIT,
    "RESOLVED": Because.RESOLVED,
    "ENDED": Because.ENDED,
}
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
        ComplaintResolved: partial(note_results, policy, keeper),
        ComplaintRejected: partial(note_results, policy, keeper),
        ComplaintPaused: partial(pause_promises, policy, keeper),
        ComplaintResumed: partial(resume_promises, policy, keeper),
        OwnerNamed: note_owners,
        OwnerChanged: note_owners,
        ContactAttached: partial(hear_the_customer, policy, keeper),
        GradeRaised: partial(swap_for_the_grade, policy, keeper),
        ComplaintJudgedAgain: partial(swap_for_late_words, policy, keeper),
        ComplaintJoinedIncident: partial(swap_for_the_incident, policy, keeper),
        ComplaintReopened: partial(promise_again, policy, keeper),
        ComplaintClosed: partial(withdraw_the_rest, policy, keeper),
        ComplaintCancelled: partial(withdraw_the_rest, policy, keeper),
    }


def in_turn(*tables: Reactions) -> Reactions:
    """One table of reactions from several; where two react to the same event, one does after the other."""
    merged: dict[Any, Any] = {}
    for kind, react in (item for table in tables for item in table.items()):
        merged[kind] = partial(_one_after_the_other, merged[kind], react) if kind in merged else react
    return merged


async def _one_after_the_other(first: Any, second: Any, tx: Transaction, events: Sequence[Any]) -> None:
    await first(tx, events)
    await second(tx, events)


async def promise_all(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, received: Sequence[Envelope[ComplaintReceived]]
) -> None:
    """Promise a receipt, a contact, news and a result; a call that a person took was the contact (FC-1)."""
    complaints, protections = await with_terms(tx, policy, [_as_promised(e.event) for e in received])
    occasions = [
        Occasion(
            envelope,
            ALL,
            facts_of(complaint),
            complaint.received_at,
            complaint=complaint,
            protection=protections.get(complaint.complaint_id),
        )
        for envelope, complaint in zip(received, complaints, strict=True)
    ]
    await make_promises(tx, policy, keeper, occasions)
    taken = [envelope for envelope in received if envelope.event.taken_by is not None]
    await settle_promises(tx, [End(envelope, envelope.event.received_at, [CONTACT]) for envelope in taken])


async def promise_again(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, reopened: Sequence[Envelope[ComplaintReopened]]
) -> None:
    """Promise a result for the next round, from when it was opened again (FU-7)."""
    known = await load_complaints(tx, [envelope.event.complaint_id for envelope in reopened])
    occasions = [
        Occasion(
            envelope,
            [SOLVE],
            facts_of(known[envelope.event.complaint_id]),
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
    await settle_promises(tx, [End(envelope, envelope.event.decided_at, [ACK]) for envelope in receipts])


async def note_contacts(tx: Transaction, taken: Sequence[Envelope[StepsTaken]]) -> None:
    """The first steps with the customer are the first contact."""
    await settle_promises(tx, [End(envelope, envelope.event.taken_at, [CONTACT]) for envelope in taken])


async def note_news(tx: Transaction, proposed: Sequence[Envelope[SolutionProposed]]) -> None:
    """To say what will be done is news; with steps it is a contact as well."""
    await settle_promises(tx, [_done(envelope, envelope.event.proposed_at, UPDATE) for envelope in proposed])


async def pause_promises(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, paused: Sequence[Envelope[ComplaintPaused]]
) -> None:
    """Handling waits, so some of the promises do (PAU-1, PAU-2, PAU-3)."""
    begins = [
        Begin(e.pause_id, e.complaint_id, e.reason, e.evidence, e.by, e.paused_at, e.resumes_at, envelope)
        for envelope in paused
        for e in (envelope.event,)
    ]
    await begin_pauses(tx, policy, keeper, begins)


async def resume_promises(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, resumed: Sequence[Envelope[ComplaintResumed]]
) -> None:
    """Handling goes on, and so do the promises."""
    ends = []
    for envelope in resumed:
        because = _BECAUSE.get(envelope.event.because, Because.STAFF)
        ends.append(EndOfPause(envelope.event.complaint_id, envelope.event.resumed_at, because, envelope))
    await end_pauses(tx, policy, keeper, ends)


async def hear_the_customer(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, attached: Sequence[Envelope[ContactAttached]]
) -> None:
    """Who was waited for has spoken, on whatever channel: the clock goes on at once (PAU-4).

    What they say now may be more severe than what they said at first.
    """
    ends = [
        EndOfPause(
            envelope.event.complaint_id,
            envelope.event.received_at,
            Because.CUSTOMER,
            envelope,
            only=PauseReason.WAIT_CUSTOMER,
        )
        for envelope in attached
    ]
    await end_pauses(tx, policy, keeper, ends)
    swaps = [_swap(envelope, News(Cause.CONTACT, severity=envelope.event.severity)) for envelope in attached]
    await swap_targets(tx, policy, keeper, swaps)


async def swap_for_the_grade(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, raised: Sequence[Envelope[GradeRaised]]
) -> None:
    """The customer has a higher grade now: open promises are made quicker (section 1.2)."""
    swaps = [
        _swap(envelope, News(Cause.GRADE, e.severity, e.severity_rule, e.grade))
        for envelope in raised
        for e in (envelope.event,)
    ]
    await swap_targets(tx, policy, keeper, swaps)


async def swap_for_late_words(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, judged: Sequence[Envelope[ComplaintJudgedAgain]]
) -> None:
    """Words that came after their contact may be more severe than the first ones."""
    swaps = [
        _swap(envelope, News(Cause.CONTACT, e.severity, e.severity_rule))
        for envelope in judged
        for e in (envelope.event,)
    ]
    await swap_targets(tx, policy, keeper, swaps)


async def swap_for_the_incident(
    policy: SlaPolicy,
    keeper: Timekeeper,
    tx: Transaction,
    joined: Sequence[Envelope[ComplaintJoinedIncident]],
) -> None:
    """One of many about an incident is as severe as that at least (REP-8)."""
    swaps = [_swap(envelope, News(Cause.INCIDENT, severity=envelope.event.severity)) for envelope in joined]
    await swap_targets(tx, policy, keeper, swaps)


async def note_results(
    policy: SlaPolicy,
    keeper: Timekeeper,
    tx: Transaction,
    told: Sequence[Envelope[ComplaintResolved] | Envelope[ComplaintRejected]],
) -> None:
    """A result is also news, and so is a reasoned rejection; a pause is closed first (PAU-8)."""
    ends = [_done(envelope, _told_at(envelope.event), UPDATE, SOLVE) for envelope in told]
    closing = [
        EndOfPause(end.because_of.event.complaint_id, end.happened_at, Because.RESOLVED, end.because_of)
        for end in ends
    ]
    await end_pauses(tx, policy, keeper, closing)
    await settle_promises(tx, ends)


async def withdraw_the_rest(
    policy: SlaPolicy,
    keeper: Timekeeper,
    tx: Transaction,
    ended: Sequence[Envelope[ComplaintClosed] | Envelope[ComplaintCancelled]],
) -> None:
    """What was not done when the complaint ended is no longer needed; if due before, it was broken."""
    ends = [End(envelope, _ended_at(envelope.event), ALL, PromiseState.WITHDRAWN) for envelope in ended]
    closing = [
        EndOfPause(end.because_of.event.complaint_id, end.happened_at, Because.ENDED, end.because_of)
        for end in ends
    ]
    await end_pauses(tx, policy, keeper, closing)
    await settle_promises(tx, ends)


def _done(
    envelope: Envelope[SolutionProposed] | Envelope[ComplaintResolved] | Envelope[ComplaintRejected],
    done_at: datetime,
    *kinds: PromiseKind,
) -> End:
    """Keeps promises of these kinds; steps that were taken with it are a contact too."""
    event = envelope.event
    contact = () if isinstance(event, ComplaintRejected) or not event.steps else (CONTACT,)
    return End(envelope, done_at, (*contact, *kinds))


def _told_at(event: ComplaintResolved | ComplaintRejected) -> datetime:
    return event.resolved_at if isinstance(event, ComplaintResolved) else event.rejected_at


def _ended_at(event: ComplaintClosed | ComplaintCancelled) -> datetime:
    return event.closed_at if isinstance(event, ComplaintClosed) else event.cancelled_at


def _as_promised(event: ComplaintReceived) -> PromisedComplaint:
    return PromisedComplaint(
        event.complaint_id,
        event.severity,
        event.severity_rule,
        event.grade,
        event.repeat_index,
        event.received_at,
        event.receipt_number,
        event.channel,
        event.case_type,
        event.category,
        event.department,
        event.area,
        event.is_fault,
        event.kind,
        event.customer_id,
    )


def _swap(envelope: Envelope[Any], news: News) -> Swap:
    return Swap(envelope.event.complaint_id, news, because_of=envelope)
