"""One transaction each: a remedy is proposed, signed, refused or paid; told each time."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import RemedyApproved, RemedyPaid, RemedyProposed, RemedyRefused
from shared.events.vocabulary import RemedyKind

from .case import load_case, must_be_current
from .desk import Desk
from .directory import Member
from .next_state import Action, next_state
from .remedy_authority import Asked, Because, Needed, is_signed, needed, pay_by
from .work_on_case import must_answer_for

_BEFORE = Statement(
    """
    SELECT c.customer_id, coalesce(sum(r.amount), 0)::bigint FROM complaint c
    LEFT JOIN remedy r ON r.customer_id = c.customer_id AND r.state IN ('APPROVED', 'PAID')
        AND r.approved_at > now() - interval '12 months'
    WHERE c.complaint_id = :complaint_id GROUP BY c.customer_id
    """
)
_ADD = Statement(
    """
    INSERT INTO remedy (remedy_id, complaint_id, customer_id, kind, amount, period_fee, text, state, proposed_by,
        proposed_at, rank_needed, signatures_needed, legal_needed, because, signatures, approved_at, pay_by,
        policy_version)
    VALUES (:remedy_id, :complaint_id, :customer_id, :kind, :amount, :period_fee, :text, :state, :by, now(), :rank,
        :signatures_needed, :legal, :because, '[]', CASE WHEN CAST(:pay_by AS timestamptz) IS NOT NULL THEN now() END,
        :pay_by, :policy_version)
    """
)
_LOAD = Statement("SELECT * FROM remedy WHERE complaint_id = :complaint_id AND remedy_id = :remedy_id")
_SIGN = Statement(
    """
    UPDATE remedy SET signatures = :signatures, state = :state, pay_by = :pay_by,
        approved_at = CASE WHEN CAST(:pay_by AS timestamptz) IS NOT NULL THEN now() END
    WHERE remedy_id = :remedy_id
    """
)
_REFUSE = Statement("UPDATE remedy SET state = 'REFUSED', refusal = :text WHERE remedy_id = :remedy_id")
_PAY = Statement(
    """
    UPDATE remedy SET state = 'PAID', paid_at = now(), paid_by = :by, payment = :payment WHERE remedy_id = :remedy_id
    """
)


class NoSuchRemedyError(Exception):
    """This complaint has no such remedy."""


class RemedyStateError(Exception):
    """The remedy is in another state."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class MayNotSignError(Exception):
    """This person cannot sign: they proposed it, have signed, or are not high enough."""

    def __init__(self, rank: int) -> None:
        super().__init__(rank)
        self.rank = rank


async def propose_remedy(
    work: UnitOfWork,
    desk: Desk,
    complaint_id: UUID,
    *,
    kind: RemedyKind,
    amount: int,
    period_fee: int | None,
    text: str,
    by: Member,
) -> UUID:
    """Propose a remedy; within the proposer's own authority it is granted at once. Returns its id.

    Raises NoSuchCaseError, NotYoursError, NotPossibleError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        must_answer_for(case, by.id)
        next_state(case.state, Action.REMEDY)
        [(customer_id, before)] = await tx.fetch(_BEFORE, {"complaint_id": complaint_id})
        need = needed(Asked(kind, amount, before, period_fee, by.rank), desk.policy.remedy)
        until = None if need.signatures else pay_by(tx.now, desk.policy.remedy)
        remedy_id = uuid7()
        values = {
            "remedy_id": remedy_id,
            "complaint_id": complaint_id,
            "customer_id": customer_id,
            "kind": kind,
            "amount": amount,
            "period_fee": period_fee,
            "text": text,
            "state": "APPROVED" if until else "PROPOSED",
            "by": by.id,
            "rank": need.rank,
            "signatures_needed": need.signatures,
            "legal": need.legal,
            "because": list(need.because),
            "pay_by": until,
            "policy_version": desk.policy.version,
        }
        await tx.fetch(_ADD, values)
        tx.publish(
            RemedyProposed(
                complaint_id=complaint_id,
                remedy_id=remedy_id,
                kind=kind,
                amount=amount,
                by=by.id,
                rank_needed=need.rank,
                signatures_needed=need.signatures,
                because=tuple(need.because),
                proposed_at=tx.now,
            )
        )
        if until:
            _tell_approved(tx, values, (by.id,))
    return remedy_id


async def sign(work: UnitOfWork, desk: Desk, complaint_id: UUID, remedy_id: UUID, by: Member) -> None:
    """Sign it; the last signature needed grants it. Raises NoSuchRemedyError, RemedyStateError, MayNotSignError."""
    async with work.begin(str(complaint_id)) as tx:
        remedy = await _load(tx, complaint_id, remedy_id, "PROPOSED")
        legal = desk.policy.remedy.legal_skill in by.skills
        signed = [
            *remedy["signatures"],
            {"by": by.id, "rank": by.rank, "legal": legal, "at": tx.now.isoformat()},
        ]
        who = [remedy["proposed_by"], *(s["by"] for s in signed)]
        if len(set(who)) < len(who) or (by.rank < remedy["rank_needed"] and not legal):
            raise MayNotSignError(remedy["rank_needed"])
        need = Needed(
            remedy["rank_needed"],
            remedy["signatures_needed"],
            remedy["legal_needed"],
            tuple(map(Because, remedy["because"])),
        )
        done = is_signed(need, [s["rank"] for s in signed], by_legal=any(s["legal"] for s in signed))
        until = pay_by(tx.now, desk.policy.remedy) if done else None
        state = "APPROVED" if done else "PROPOSED"
        await tx.fetch(_SIGN, {"remedy_id": remedy_id, "signatures": signed, "state": state, "pay_by": until})
        if done:
            _tell_approved(tx, dict(remedy) | {"pay_by": until}, tuple(who))


async def refuse(work: UnitOfWork, complaint_id: UUID, remedy_id: UUID, by: Member, text: str) -> None:
    """Say no to it. Raises NoSuchRemedyError, RemedyStateError, MayNotSignError."""
    async with work.begin(str(complaint_id)) as tx:
        remedy = await _load(tx, complaint_id, remedy_id, "PROPOSED")
        if by.id == remedy["proposed_by"] or by.rank < remedy["rank_needed"]:
            raise MayNotSignError(remedy["rank_needed"])
        await tx.fetch(_REFUSE, {"remedy_id": remedy_id, "text": text})
        tx.publish(RemedyRefused(complaint_id=complaint_id, remedy_id=remedy_id, by=by.id, refused_at=tx.now))


async def note_payment(work: UnitOfWork, complaint_id: UUID, remedy_id: UUID, by: str, payment: str) -> None:
    """Note that it was paid, once; the same payment again changes nothing. Raises NoSuchRemedyError, RemedyStateError."""
    async with work.begin(str(complaint_id)) as tx:
        remedy = await _load(tx, complaint_id, remedy_id)
        if remedy["state"] == "PAID" and remedy["payment"] == payment:
            return
        if remedy["state"] != "APPROVED":
            raise RemedyStateError(remedy["state"])
        await tx.fetch(_PAY, {"remedy_id": remedy_id, "by": by, "payment": payment})
        tx.publish(
            RemedyPaid(
                complaint_id=complaint_id,
                remedy_id=remedy_id,
                amount=remedy["amount"],
                paid_at=tx.now,
                late=tx.now > remedy["pay_by"],
            )
        )


async def _load(tx: Transaction, complaint_id: UUID, remedy_id: UUID, state: str | None = None) -> Any:
    rows = await tx.fetch(_LOAD, {"complaint_id": complaint_id, "remedy_id": remedy_id})
    if not rows:
        raise NoSuchRemedyError
    must_be_current(tx, complaint_id)
    if state is not None and rows[0]["state"] != state:
        raise RemedyStateError(rows[0]["state"])
    return rows[0]


def _tell_approved(tx: Transaction, remedy: dict[str, Any], by: tuple[str, ...]) -> None:
    tx.publish(
        RemedyApproved(
            complaint_id=remedy["complaint_id"],
            remedy_id=remedy["remedy_id"],
            kind=RemedyKind(remedy["kind"]),
            amount=remedy["amount"],
            by=by,
            approved_at=tx.now,
            pay_by=remedy["pay_by"],
        )
    )
