"""What an incident is worth to each complaint that joined it: decided once for all of them, granted to each once (REM-6)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import RemedyApproved, RemedyProposed
from shared.events.vocabulary import LateEvent, RemedyKind
from shared.runtime.timers import Timer, TimerHandler, arm

from .compensate import NotGrantedHereError
from .desk import Desk
from .directory import Member
from .grant_remedy import OF_ITSELF
from .late_compensation import late_since, owed_for, owed_for_repair, owed_to
from .next_state import State
from .remedy_authority import Because, pay_by
from .unpaid_remedies import watch_payments

COMPENSATE = "compensate_child"
_INCIDENT = Statement("SELECT incident_id FROM incident WHERE incident_id = :incident_id FOR UPDATE")
_DECIDE = Statement(
    """
    INSERT INTO incident_compensation (compensation_id, incident_id, event, days, amount, decided_by, decided_at,
        policy_version)
    VALUES (:compensation_id, :incident_id, :event, :days, :amount, :by, now(), :policy_version)
    ON CONFLICT (incident_id, event) DO NOTHING RETURNING compensation_id
    """
)
_CHILDREN = Statement(
    "SELECT complaint_id FROM incident_child WHERE incident_id = :incident_id ORDER BY complaint_id"
)
_DECIDED = Statement(
    """
    SELECT i.*, (SELECT count(*) FROM remedy r WHERE r.decided_with = i.compensation_id) AS granted
    FROM incident_compensation i WHERE incident_id = :incident_id ORDER BY compensation_id
    """
)
_OWED = Statement(
    """
    SELECT DISTINCT c.complaint_id, c.customer_id, c.state, i.compensation_id, i.event, i.amount
    FROM complaint c JOIN incident_child child USING (complaint_id)
    JOIN incident_compensation i USING (incident_id)
    WHERE c.complaint_id = ANY (CAST(:ids AS uuid[])) AND NOT EXISTS (
        SELECT FROM remedy r WHERE r.complaint_id = c.complaint_id AND r.decided_with = i.compensation_id)
    """
)
_LATE = Statement(
    """
    SELECT c.complaint_id, c.customer_id, c.received_at, c.due_at, repaired.at AS repaired_at,
        (SELECT coalesce(sum(r.amount), 0)::bigint FROM remedy r WHERE r.complaint_id = c.complaint_id
            AND r.because @> '["REM-6"]' AND r.text = 'LATE_REPAIR') AS granted
    FROM complaint c JOIN rule_decision d USING (complaint_id)
    JOIN LATERAL (SELECT min(i.ended_at) AS at FROM incident_child child JOIN incident i USING (incident_id)
        WHERE child.complaint_id = c.complaint_id AND i.resolved) AS repaired ON true
    WHERE c.complaint_id = ANY (CAST(:ids AS uuid[])) AND CAST(d.facts ->> 'is_fault' AS boolean)
    """
)
# In one order, so that two who grant to the same customers wait for each other and not both (REM-5).
_LOCK = Statement(
    """
    SELECT pg_advisory_xact_lock(key) FROM (
        SELECT DISTINCT hashtextextended(id::text, 5) AS key FROM unnest(CAST(:ids AS uuid[])) AS row (id) ORDER BY key
    ) AS keys
    """
)
_GRANT = Statement(
    """
    INSERT INTO remedy (remedy_id, complaint_id, customer_id, amount, text, decided_with, kind, state, proposed_by,
        proposed_at, rank_needed, signatures_needed, legal_needed, because, signatures, approved_at, pay_by,
        policy_version)
    SELECT row.*, 'CREDIT', 'APPROVED', CAST(:by AS text), now(), 1, 0, false, CAST(:because AS jsonb), '[]', now(),
        CAST(:pay_by AS timestamptz), CAST(:policy_version AS text)
    FROM unnest(CAST(:remedies AS uuid[]), CAST(:complaints AS uuid[]), CAST(:customers AS uuid[]),
        CAST(:amounts AS bigint[]), CAST(:texts AS text[]), CAST(:decided AS uuid[])) AS row
    ON CONFLICT (complaint_id, decided_with) DO NOTHING
    RETURNING remedy_id, complaint_id, amount
    """
)


class NoSuchIncidentError(Exception):
    """No complaint here has joined such an incident."""


class NotHighEnoughError(Exception):
    """Somebody of this rank or above decides for a whole incident."""

    def __init__(self, rank: int) -> None:
        super().__init__(rank)
        self.rank = rank


async def decide_for_all(
    work: UnitOfWork, desk: Desk, incident_id: UUID, *, event: LateEvent, days: int, by: Member
) -> None:
    """Decide once for all complaints of an incident, now and later; what is decided already stays as it is.

    Raises NoSuchIncidentError, NotGrantedHereError, NotHighEnoughError.
    """
    policy = desk.policy.late
    if by.rank < policy.for_incident_from_rank:
        raise NotHighEnoughError(policy.for_incident_from_rank)
    scheme = policy.active()
    amount = owed_for(event, days, scheme) if scheme else 0
    if not amount:
        raise NotGrantedHereError
    async with work.begin() as tx:
        if not await tx.fetch(_INCIDENT, {"incident_id": incident_id}):
            raise NoSuchIncidentError
        values = {
            "compensation_id": uuid7(),
            "incident_id": incident_id,
            "event": event,
            "days": days,
            "amount": amount,
            "by": by.id,
            "policy_version": desk.policy.version,
        }
        if await tx.fetch(_DECIDE, values):
            await tx.read_clock()
            children = await tx.fetch(_CHILDREN, {"incident_id": incident_id})
            await compensate_soon(tx, [complaint_id for (complaint_id,) in children])


async def decided_for_all(work: UnitOfWork, incident_id: UUID) -> list[Row]:
    """What was decided for all complaints of an incident, and to how many it was granted."""
    return await work.fetch(_DECIDED, {"incident_id": incident_id})


async def compensate_soon(tx: Transaction, complaints: Sequence[UUID]) -> None:
    """Each complaint is granted what was decided in a transaction that has it locked."""
    await arm(tx, [Timer(uuid7(), COMPENSATE, str(complaint_id), tx.now) for complaint_id in complaints])


def children_timers(desk: Desk) -> dict[str, TimerHandler]:
    """What was decided for an incident is granted to each of its complaints that can still be granted anything, once."""

    async def grant_decided(tx: Transaction, due: Sequence[Timer]) -> None:
        rows = await tx.fetch(_OWED, {"ids": [UUID(timer.subject) for timer in due]})
        owed = [row for row in rows if owed_to(State(row["state"]))]
        await _grant(desk, tx, [(row, row["amount"], row["event"], row["compensation_id"]) for row in owed])

    return {COMPENSATE: grant_decided}


async def compensate_late_repairs(desk: Desk, tx: Transaction, complaints: Sequence[UUID]) -> None:
    """What the late repair of an incident is worth to these, less what each was granted for it before."""
    scheme = desk.policy.late.active()
    if scheme is None or not complaints:
        return
    owed = []
    for row in await tx.fetch(_LATE, {"ids": list(complaints)}):
        since = late_since(row["received_at"], row["due_at"], scheme, desk.policy.hours)
        amount = owed_for_repair(since, row["repaired_at"], scheme) - row["granted"]
        if amount > 0:
            owed.append((row, amount, LateEvent.LATE_REPAIR, None))
    await _grant(desk, tx, owed)


async def _grant(desk: Desk, tx: Transaction, owed: Sequence[tuple[Row, int, str, UUID | None]]) -> None:
    if not owed:
        return
    await tx.fetch(_LOCK, {"ids": [row["customer_id"] or row["complaint_id"] for row, *_ in owed]})
    until = pay_by(tx.now, desk.policy.remedy)
    values: dict[str, Any] = {
        "remedies": [uuid7() for _ in owed],
        "complaints": [row["complaint_id"] for row, *_ in owed],
        "customers": [row["customer_id"] for row, *_ in owed],
        "amounts": [amount for _, amount, _, _ in owed],
        "texts": [event for _, _, event, _ in owed],
        "decided": [decided for *_, decided in owed],
        "by": OF_ITSELF,
        "because": [Because.LATE],
        "pay_by": until,
        "policy_version": desk.policy.version,
    }
    granted = await tx.fetch(_GRANT, values)
    await watch_payments(tx, [(row["complaint_id"], row["remedy_id"]) for row in granted], until)
    for remedy_id, complaint_id, amount in granted:
        what: dict[str, Any] = {
            "complaint_id": complaint_id,
            "remedy_id": remedy_id,
            "kind": RemedyKind.CREDIT,
            "amount": amount,
        }
        tx.publish(
            RemedyProposed(
                **what,
                by=OF_ITSELF,
                rank_needed=1,
                signatures_needed=0,
                because=(Because.LATE,),
                proposed_at=tx.now,
            )
        )
        tx.publish(RemedyApproved(**what, by=(OF_ITSELF,), approved_at=tx.now, pay_by=until))
