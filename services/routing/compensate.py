"""Grants what is owed of itself: with the resolution of a late repair, or when staff note what went wrong (REM-6)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.vocabulary import LateEvent, RemedyKind

from .case import Case, load_case, must_answer_for
from .desk import Desk
from .grant_remedy import OF_ITSELF, keep_remedy, lock_customer
from .late_compensation import late_since, owed_for, owed_for_repair
from .next_state import Action, next_state
from .remedy_authority import Because, Needed, pay_by

_FACTS = Statement(
    """
    SELECT c.received_at, coalesce((d.facts ->> 'is_fault')::boolean, false) AS is_fault,
        (SELECT coalesce(sum(r.amount), 0)::bigint FROM remedy r WHERE r.complaint_id = c.complaint_id
            AND r.because @> '["REM-6"]' AND r.text = 'LATE_REPAIR') AS granted
    FROM complaint c LEFT JOIN rule_decision d USING (complaint_id) WHERE c.complaint_id = :complaint_id
    """
)


class NotGrantedHereError(Exception):
    """No scheme that gives anything for this is switched on."""


async def compensate_late_repair(desk: Desk, tx: Transaction, case: Case, repaired_at: datetime) -> None:
    """What a fault that was repaired late is worth, less what was granted for it before."""
    scheme = desk.policy.late.active()
    if scheme is None:
        return
    [facts] = await tx.fetch(_FACTS, {"complaint_id": case.complaint_id})
    if not facts["is_fault"]:
        return
    since = late_since(facts["received_at"], case.due_at, scheme, desk.policy.hours)
    owed = owed_for_repair(since, repaired_at, scheme) - facts["granted"]
    if owed > 0:
        await _grant(desk, tx, case, owed, LateEvent.LATE_REPAIR)


async def compensate(
    work: UnitOfWork, desk: Desk, complaint_id: UUID, *, event: LateEvent, days: int, by: str
) -> None:
    """Staff note what went wrong; what it is worth is granted. Raises NoSuchCaseError, NotYoursError,
    NotPossibleError, NotGrantedHereError."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        must_answer_for(case, by)
        next_state(case.state, Action.REMEDY)
        scheme = desk.policy.late.active()
        owed = owed_for(event, days, scheme) if scheme else 0
        if not owed:
            raise NotGrantedHereError
        await _grant(desk, tx, case, owed, event)


async def _grant(desk: Desk, tx: Transaction, case: Case, amount: int, event: LateEvent) -> None:
    customer_id = await lock_customer(tx, case.complaint_id)
    need = Needed(1, 0, False, (Because.LATE,))
    values: dict[str, Any] = {
        "customer_id": customer_id,
        "complaint_id": case.complaint_id,
        "kind": RemedyKind.CREDIT,
        "amount": amount,
        "period_fee": None,
        "text": event,
        "by": OF_ITSELF,
    }
    await keep_remedy(desk, tx, values, need, pay_by(tx.now, desk.policy.remedy))
