"""One transaction each: a remedy is proposed, signed, refused or paid; told each time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import RemedyApproved, RemedyPaid, RemedyProposed, RemedyRefused
from shared.events.vocabulary import RemedyKind
from shared.runtime.timers import disarm

from .case import load_case, must_answer_for, must_be_current, seen_version
from .desk import Desk
from .directory import Member
from .next_state import Action, next_state
from .remedy_authority import Asked, Because, Needed, is_signed, more_of, needed, pay_by
from .unpaid_remedies import watch_payments

OF_ITSELF = "REM-6"
"""Who grants what is owed of itself: the rule."""

# Two complaints of one customer at once: each waits here for the other, and then sees what it granted.
_LOCK = Statement(
    """
    SELECT customer_id, pg_advisory_xact_lock(hashtextextended(coalesce(customer_id, complaint_id)::text, 5))
    FROM complaint WHERE complaint_id = :complaint_id
    """
)
_BEFORE = Statement(
    """
    SELECT coalesce(sum(amount), 0)::bigint FROM remedy
    WHERE customer_id = CAST(:customer_id AS uuid) AND state IN ('APPROVED', 'PAID')
        AND approved_at > now() - interval '12 months'
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
        customer_id = await lock_customer(tx, complaint_id)
        before = await _granted_before(tx, customer_id)
        need = needed(Asked(kind, amount, before, period_fee, by.rank), desk.policy.remedy)
        until = None if need.signatures else pay_by(tx.now, desk.policy.remedy)
        values = {
            "complaint_id": complaint_id,
            "customer_id": customer_id,
            "kind": kind,
            "amount": amount,
            "period_fee": period_fee,
            "text": text,
            "by": by.id,
        }
        return await keep_remedy(desk, tx, values, need, until)


async def lock_customer(tx: Transaction, complaint_id: UUID) -> UUID | None:
    """Nobody else grants this customer anything until we have committed (REM-5); returns the customer."""
    [(customer_id, _)] = await tx.fetch(_LOCK, {"complaint_id": complaint_id})
    return UUID(str(customer_id)) if customer_id else None


async def keep_remedy(
    desk: Desk, tx: Transaction, values: dict[str, Any], need: Needed, until: datetime | None
) -> UUID:
    """Write and tell a remedy; granted at once if `until` says when it is paid. Returns its id."""
    remedy_id = uuid7()
    kept = values | {
        "remedy_id": remedy_id,
        "state": "APPROVED" if until else "PROPOSED",
        "rank": need.rank,
        "signatures_needed": need.signatures,
        "legal": need.legal,
        "because": list(need.because),
        "pay_by": until,
        "policy_version": desk.policy.version,
    }
    await tx.fetch(_ADD, kept)
    tx.publish(
        RemedyProposed(
            **{name: kept[name] for name in ("complaint_id", "remedy_id", "kind", "amount", "by")},
            rank_needed=need.rank,
            signatures_needed=need.signatures,
            because=tuple(need.because),
            proposed_at=tx.now,
        )
    )
    if until:
        await _tell_approved(tx, kept, (kept["by"],))
    return remedy_id


async def _granted_before(tx: Transaction, customer_id: UUID | None) -> int:
    [(before,)] = await tx.fetch(_BEFORE, {"customer_id": customer_id})
    return int(before)


async def sign(work: UnitOfWork, desk: Desk, complaint_id: UUID, remedy_id: UUID, by: Member) -> None:
    """Sign it; the last signature needed grants it. Raises NoSuchRemedyError, RemedyStateError, MayNotSignError."""
    async with work.begin(str(complaint_id)) as tx:
        remedy = await _load(tx, complaint_id, remedy_id, "PROPOSED")
        need = await _needed_now(desk, tx, remedy)
        legal = desk.policy.remedy.legal_skill in by.skills
        signed = [
            *remedy["signatures"],
            {"by": by.id, "rank": by.rank, "legal": legal, "at": tx.now.isoformat()}
            | {"policy_version": desk.policy.version},
        ]
        who = [remedy["proposed_by"], *(s["by"] for s in signed)]
        if len(set(who)) < len(who) or (by.rank < need.rank and not legal):
            raise MayNotSignError(need.rank)
        done = is_signed(need, [s["rank"] for s in signed], by_legal=any(s["legal"] for s in signed))
        until = pay_by(tx.now, desk.policy.remedy) if done else None
        state = "APPROVED" if done else "PROPOSED"
        await tx.fetch(_SIGN, {"remedy_id": remedy_id, "signatures": signed, "state": state, "pay_by": until})
        if done:
            await _tell_approved(tx, dict(remedy) | {"pay_by": until}, tuple(who))


async def _needed_now(desk: Desk, tx: Transaction, remedy: Any) -> Needed:
    """What it needs as it was proposed, or more if the customer was granted other things meanwhile (REM-5)."""
    stored = Needed(
        *(remedy["rank_needed"], remedy["signatures_needed"], remedy["legal_needed"]),
        tuple(map(Because, remedy["because"])),
    )
    customer_id = await lock_customer(tx, remedy["complaint_id"])
    before = await _granted_before(tx, customer_id)
    proposer = desk.directory.member(remedy["proposed_by"])
    asked = Asked(
        RemedyKind(remedy["kind"]),
        remedy["amount"],
        before,
        remedy["period_fee"],
        proposer.rank if proposer else 1,
    )
    return more_of(stored, needed(asked, desk.policy.remedy))


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
        await disarm(tx, [remedy_id])
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
    must_be_current(tx, complaint_id, seen_version.get())
    if state is not None and rows[0]["state"] != state:
        raise RemedyStateError(rows[0]["state"])
    return rows[0]


async def _tell_approved(tx: Transaction, remedy: dict[str, Any], by: tuple[str, ...]) -> None:
    await watch_payments(tx, [(remedy["complaint_id"], remedy["remedy_id"])], remedy["pay_by"])
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
