"""Notes, freezes and releases charges that customers dispute, and tells it to whoever collects them (REM-9)."""

from collections.abc import Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import ChargeFrozen, ChargeReleased

from .case import load_case, must_answer_for
from .desk import Desk
from .freeze_charge import ChargeState, charge_state
from .next_state import ENDED, Action, State, next_state

_ADD = Statement(
    """
    WITH flagged AS (
        UPDATE complaint SET charge_frozen = charge_frozen OR CAST(:state AS text) = 'FROZEN'
        WHERE complaint_id = :complaint_id),
    added AS (
        INSERT INTO disputed_charge (charge_id, complaint_id, reference, amount, text, state, noted_by, noted_at,
            policy_version)
        VALUES (:charge_id, :complaint_id, :reference, :amount, :text, :state, :by, now(), :policy_version)
        ON CONFLICT (complaint_id, reference) DO NOTHING RETURNING complaint_id)
    SELECT a.complaint_id, c.customer_id FROM added a JOIN complaint c USING (complaint_id)
    """
)
_TURN = Statement(
    """
    WITH turned AS (
        UPDATE disputed_charge SET state = :after, released_at = CASE WHEN :after = 'RELEASED' THEN now() END
        WHERE complaint_id = ANY (CAST(:ids AS uuid[])) AND state = :before
        RETURNING charge_id, complaint_id, reference, amount),
    flagged AS (
        UPDATE complaint SET charge_frozen = CAST(:after AS text) = 'FROZEN'
        WHERE complaint_id = ANY (CAST(:ids AS uuid[])))
    SELECT t.*, c.customer_id FROM turned t JOIN complaint c USING (complaint_id) ORDER BY t.charge_id
    """
)


async def dispute_charge(
    work: UnitOfWork,
    desk: Desk,
    complaint_id: UUID,
    *,
    reference: str,
    amount: int,
    text: str | None,
    by: str,
) -> None:
    """Note a charge that the customer disputes; the same one again changes nothing.

    Raises NoSuchCaseError, NotYoursError, NotPossibleError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        must_answer_for(case, by)
        next_state(case.state, Action.REMEDY)
        state = charge_state(case.state, desk.policy.remedy)
        values = {
            "charge_id": uuid7(),
            "complaint_id": complaint_id,
            "reference": reference,
            "amount": amount,
            "text": text,
            "state": state,
            "by": by,
            "policy_version": desk.policy.version,
        }
        added = await tx.fetch(_ADD, values)
        if added and state is ChargeState.FROZEN:
            _tell_frozen(tx, {**values, "customer_id": added[0]["customer_id"]})


async def release_charges(tx: Transaction, complaints: Sequence[UUID], state: State) -> None:
    """These complaints have ended: what is due can be collected again, as far as it was not remitted."""
    if not complaints or state not in ENDED:
        return
    values = {"ids": list(complaints), "before": ChargeState.FROZEN, "after": ChargeState.RELEASED}
    for row in await tx.fetch(_TURN, values):
        tx.publish(
            ChargeReleased(
                complaint_id=row["complaint_id"],
                charge_id=row["charge_id"],
                customer_id=row["customer_id"],
                reference=row["reference"],
                because=state,
                released_at=tx.now,
            )
        )


async def freeze_again(tx: Transaction, complaint_id: UUID) -> None:
    """The end is appealed: the charges of the complaint are frozen once more."""
    values = {"ids": [complaint_id], "before": ChargeState.RELEASED, "after": ChargeState.FROZEN}
    for row in await tx.fetch(_TURN, values):
        _tell_frozen(tx, row)


def _tell_frozen(tx: Transaction, row: Row | dict[str, object]) -> None:
    tx.publish(
        ChargeFrozen(
            **{
                name: row[name]
                for name in ("complaint_id", "charge_id", "customer_id", "reference", "amount")
            },
            frozen_at=tx.now,
        )
    )
