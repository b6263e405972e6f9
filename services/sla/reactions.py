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
    AnswerReleased,
    ComplaintCancelled,
    ComplaintClosed,
    ComplaintPaused,
    ComplaintRejected,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResumed,
    OwnerChanged,
    OwnerNamed,
    ProgressTold,
    SolutionProposed,
    StepsTaken,
)
from shared.events.vocabulary import MessageKind, PauseReason, PromiseKind, Role

from .addressees import note_owners
from .calendar_store import Timekeeper
from .contract_terms import with_terms
from .make_promises import Occasion, make_promises
from .outage_report import owes_report
from .pause_promises import Begin, begin_pauses, end_pauses
from .pause_promises import End as EndOfPause
from .pauses import Because
from .policy import SlaPolicy
from .promise_rows import TO_EVERYBODY, PromisedComplaint, facts_of
from .promises import load_complaints
from .regrade import Cause, News
from .regulator_clocks import lay_clocks
from .settle import PromiseState
from .settle_promises import End, settle_promises
from .swap_targets import Swap, swap_targets
from .tell_news import tell_news

Message: TypeAlias = MessageSent | MessageSkipped
_BECAUSE = {
    "CUSTOMER": Because.CUSTOMER,
    "TIME": Because.LIMIT,
    "RESOLVED": Because.RESOLVED,
    "ENDED": Because.ENDED,
}
ALL = tuple(PromiseKind)
ACK, CONTACT, UPDATE, SOLVE, CLOSE, REGULATOR, REPORT, SUPERIOR = ALL
UNTIL_THE_END = tuple(kind for kind in ALL if kind is not REPORT)


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
        SolutionProposed: partial(note_news, policy, keeper),
        AnswerReleased: partial(note_words, policy, keeper),
        ProgressTold: partial(note_words, policy, keeper),
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
            TO_EVERYBODY,
            facts_of(complaint),
            complaint.received_at,
            complaint=complaint,
            protection=protections.get(complaint.complaint_id),
        )
        for envelope, complaint in zip(received, complaints, strict=True)
    ]
    await _lay(policy, keeper, tx, await make_promises(tx, policy, keeper, occasions))
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
    if _promises_after_results(policy):
        what = CLOSE, REPORT
        ends = [End(one, one.event.reopened_at, what, PromiseState.WITHDRAWN) for one in reopened]
        await settle_promises(tx, ends)
    await _lay(policy, keeper, tx, await make_promises(tx, policy, keeper, occasions))


async def note_receipts(tx: Transaction, decided: Sequence[Envelope[Message]]) -> None:
    """A receipt that was sent, or had nowhere to go, keeps the first promise."""
    receipts = [e for e in decided if e.event.kind is MessageKind.RECEIPT and e.event.role is Role.CUSTOMER]
    await settle_promises(tx, [End(envelope, envelope.event.decided_at, [ACK]) for envelope in receipts])


async def note_contacts(tx: Transaction, taken: Sequence[Envelope[StepsTaken]]) -> None:
    """The first steps with the customer are the first contact; those of a superior are their answer."""
    ends = [End(e, e.event.taken_at, (CONTACT, SUPERIOR), done_by=(e.event.by,)) for e in taken]
    await settle_promises(tx, ends)


async def note_news(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, proposed: Sequence[Envelope[SolutionProposed]]
) -> None:
    """To say what will be done is news, with steps a contact as well; more is due as long as it is not done."""
    told = [_done(envelope, envelope.event.proposed_at, UPDATE) for envelope in proposed]
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
    ends = [_done(envelope, _told_at(envelope.event), UPDATE, SOLVE, REGULATOR) for envelope in told]
    closing = [
        EndOfPause(end.because_of.event.complaint_id, end.happened_at, Because.RESOLVED, end.because_of)
        for end in ends
    ]
    await end_pauses(tx, policy, keeper, closing)
    await settle_promises(tx, ends)
    resolved = [envelope for envelope in told if isinstance(envelope.event, ComplaintResolved)]
    await _promise_what_follows(policy, keeper, tx, resolved)


async def _promise_what_follows(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, resolved: Sequence[Envelope[ComplaintResolved]]
) -> None:
    """From the result on some are promised that it ends with their word, and some a written report (SLA-W)."""
    if not resolved or not _promises_after_results(policy):
        return
    known = await load_complaints(tx, [envelope.event.complaint_id for envelope in resolved])
    occasions = []
    for envelope in resolved:
        complaint, event = known[envelope.event.complaint_id], envelope.event
        facts = facts_of(complaint)
        kinds = []
        if facts.severity in policy.close.severities or facts.grade in policy.close.grades:
            kinds.append(CLOSE)
        if owes_report(facts, complaint.received_at, event.resolved_at, policy.outage_report):
            kinds.append(REPORT)
        if kinds:
            occasions.append(Occasion(envelope, kinds, facts, event.resolved_at, round=event.round))
    await make_promises(tx, policy, keeper, occasions)


async def withdraw_the_rest(
    policy: SlaPolicy,
    keeper: Timekeeper,
    tx: Transaction,
    ended: Sequence[Envelope[ComplaintClosed] | Envelope[ComplaintCancelled]],
) -> None:
    """What was not done when the complaint ended is no longer needed; if due before, it was broken."""
    # The written report is owed all the same where it ended as it should.
    ends = [
        End(
            envelope,
            _ended_at(envelope.event),
            UNTIL_THE_END if isinstance(envelope.event, ComplaintClosed) else ALL,
            PromiseState.WITHDRAWN,
        )
        for envelope in ended
    ]
    closing = [
        EndOfPause(end.because_of.event.complaint_id, end.happened_at, Because.ENDED, end.because_of)
        for end in ends
    ]
    await end_pauses(tx, policy, keeper, closing)
    if _promises_closing(policy):
        confirmed = [end for end in ends if isinstance(end.because_of.event, ComplaintClosed)]
        kept = [end._replace(kinds=[CLOSE], state=PromiseState.KEPT) for end in confirmed]
        await settle_promises(tx, kept)
    await settle_promises(tx, ends)


def _promises_closing(policy: SlaPolicy) -> bool:
    return bool(policy.close.severities or policy.close.grades)


def _promises_after_results(policy: SlaPolicy) -> bool:
    return _promises_closing(policy) or bool(policy.outage_report.grades)


def _done(
    envelope: Envelope[SolutionProposed] | Envelope[ComplaintResolved] | Envelope[ComplaintRejected],
    done_at: datetime,
    *kinds: PromiseKind,
) -> End:
    """Keeps promises of these kinds; steps that were taken with it are a contact too."""
    event = envelope.event
    contact = () if isinstance(event, ComplaintRejected) or not event.steps else (CONTACT,)
    return End(envelope, done_at, (*contact, *kinds, SUPERIOR), done_by=(event.by,))


def _said(envelope: Envelope[AnswerReleased] | Envelope[ProgressTold]) -> End:
    """An answer that the superior wrote or let go out is theirs."""
    event = envelope.event
    if isinstance(event, ProgressTold):
        return End(envelope, event.told_at, [UPDATE])
    done_by = [name for name in (event.written_by, event.by) if name is not None]
    return End(envelope, event.released_at, (UPDATE, SUPERIOR), done_by=done_by)


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


async def _lay(policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, occasions: Sequence[Occasion]) -> None:
    because_of = {one.because_of.event.complaint_id: one.because_of for one in occasions}
    await lay_clocks(tx, policy, keeper, because_of, because_of)
