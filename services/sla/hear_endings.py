"""Settles promises with the result and with the end of a complaint, and makes those that follow a result."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.routing import (
    ComplaintCancelled,
    ComplaintClosed,
    ComplaintRejected,
    ComplaintResolved,
)
from shared.events.vocabulary import PromiseKind

from .calendar_store import Timekeeper
from .hear_handling import done
from .make_promises import Occasion, make_promises
from .outage_report import owes_report
from .pause_promises import End as EndOfPause
from .pause_promises import end_pauses
from .pauses import Because
from .policy import SlaPolicy
from .promise_rows import facts_of
from .promises import load_complaints
from .settle import PromiseState
from .settle_promises import End, settle_promises

ALL = tuple(PromiseKind)
UNTIL_THE_END = tuple(kind for kind in ALL if kind is not PromiseKind.REPORT)
"""What is no longer owed once a complaint has ended as it should; the written report still is."""


def endings(policy: SlaPolicy, keeper: Timekeeper) -> Reactions:
    """What to do when a complaint is resolved or rejected, and when it ends."""
    return {
        ComplaintResolved: partial(note_results, policy, keeper),
        ComplaintRejected: partial(note_results, policy, keeper),
        ComplaintClosed: partial(withdraw_the_rest, policy, keeper),
        ComplaintCancelled: partial(withdraw_the_rest, policy, keeper),
    }


async def note_results(
    policy: SlaPolicy,
    keeper: Timekeeper,
    tx: Transaction,
    told: Sequence[Envelope[ComplaintResolved] | Envelope[ComplaintRejected]],
) -> None:
    """A result is also news, and so is a reasoned rejection; a pause is closed first (PAU-8)."""
    ends = [
        done(envelope, _told_at(envelope.event), PromiseKind.UPDATE, PromiseKind.SOLVE, PromiseKind.REGULATOR)
        for envelope in told
    ]
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
    if not resolved or not promises_after_results(policy):
        return
    known = await load_complaints(tx, [envelope.event.complaint_id for envelope in resolved])
    occasions = []
    for envelope in resolved:
        complaint, event = known[envelope.event.complaint_id], envelope.event
        facts = facts_of(complaint)
        kinds = []
        if facts.severity in policy.close.severities or facts.grade in policy.close.grades:
            kinds.append(PromiseKind.CLOSE)
        if owes_report(facts, complaint.received_at, event.resolved_at, policy.outage_report):
            kinds.append(PromiseKind.REPORT)
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
        kept = [end._replace(kinds=[PromiseKind.CLOSE], state=PromiseState.KEPT) for end in confirmed]
        await settle_promises(tx, kept)
    await settle_promises(tx, ends)


def promises_after_results(policy: SlaPolicy) -> bool:
    return _promises_closing(policy) or bool(policy.outage_report.grades)


def _promises_closing(policy: SlaPolicy) -> bool:
    return bool(policy.close.severities or policy.close.grades)


def _told_at(event: ComplaintResolved | ComplaintRejected) -> datetime:
    return event.resolved_at if isinstance(event, ComplaintResolved) else event.rejected_at


def _ended_at(event: ComplaintClosed | ComplaintCancelled) -> datetime:
    return event.closed_at if isinstance(event, ComplaintClosed) else event.cancelled_at
