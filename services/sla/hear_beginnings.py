"""Promises what a new complaint is promised, and a result again where one is opened again."""

from collections.abc import Sequence
from functools import partial

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.intake import (
    ComplaintReceived,
)
from shared.events.routing import (
    ComplaintReopened,
)
from shared.events.vocabulary import PromiseKind

from .calendar_store import Timekeeper
from .contract_terms import with_terms
from .hear_endings import promises_after_results
from .make_promises import Occasion, make_promises
from .policy import SlaPolicy
from .promise_rows import TO_EVERYBODY, PromisedComplaint, facts_of
from .promises import load_complaints
from .regulator_clocks import lay_clocks
from .settle import PromiseState
from .settle_promises import End, settle_promises


def beginnings(policy: SlaPolicy, keeper: Timekeeper) -> Reactions:
    """What to do when a complaint begins or begins anew."""
    return {
        ComplaintReceived: partial(promise_all, policy, keeper),
        ComplaintReopened: partial(promise_again, policy, keeper),
    }


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
    await settle_promises(
        tx, [End(envelope, envelope.event.received_at, [PromiseKind.CONTACT]) for envelope in taken]
    )


async def promise_again(
    policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, reopened: Sequence[Envelope[ComplaintReopened]]
) -> None:
    """Promise a result for the next round, from when it was opened again (FU-7)."""
    known = await load_complaints(tx, [envelope.event.complaint_id for envelope in reopened])
    occasions = [
        Occasion(
            envelope,
            [PromiseKind.SOLVE],
            facts_of(known[envelope.event.complaint_id]),
            envelope.event.reopened_at,
            round=envelope.event.round,
            reopened=True,
        )
        for envelope in reopened
    ]
    if promises_after_results(policy):
        what = PromiseKind.CLOSE, PromiseKind.REPORT
        ends = [End(one, one.event.reopened_at, what, PromiseState.WITHDRAWN) for one in reopened]
        await settle_promises(tx, ends)
    await _lay(policy, keeper, tx, await make_promises(tx, policy, keeper, occasions))


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


async def _lay(policy: SlaPolicy, keeper: Timekeeper, tx: Transaction, occasions: Sequence[Occasion]) -> None:
    because_of = {one.because_of.event.complaint_id: one.because_of for one in occasions}
    await lay_clocks(tx, policy, keeper, because_of, because_of)
