"""Tells the superior that responsibility for a complaint is unclear: by the owner, or without them when time is up."""

from collections.abc import Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import SuperiorInformed
from shared.runtime.timers import Timer, TimerHandler, arm, disarm

from .answers import OnlyOwnerError
from .case import load_case
from .desk import Desk
from .next_state import Action, State, next_state
from .unclear_responsibility import report_by, still_unclear

UNCLEAR = "unclear_responsibility"
_KEEP = Statement(
    """
    INSERT INTO unclear_case (complaint_id, timer_id, report_by, policy_version)
    SELECT row.*, CAST(:until AS timestamptz), CAST(:policy_version AS text)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:timers AS uuid[])) AS row
    ON CONFLICT (complaint_id) DO NOTHING
    """
)
_REPORT = Statement(
    """
    INSERT INTO unclear_case (complaint_id, timer_id, report_by, reported_at, reported_by, text, policy_version)
    VALUES (:complaint_id, :timer_id, now(), now(), :by, :text, :policy_version)
    ON CONFLICT (complaint_id) DO UPDATE SET reported_at = now(), reported_by = excluded.reported_by, text = excluded.text
        WHERE unclear_case.reported_by IS NULL
    RETURNING timer_id, report_by
    """
)
_DUE = Statement(
    """
    SELECT c.complaint_id, c.owner_id, c.handler_id, c.state, u.reported_at
    FROM unclear_case u JOIN complaint c USING (complaint_id) WHERE u.timer_id = ANY (CAST(:ids AS uuid[]))
    """
)
_UNTOLD = Statement(
    "UPDATE unclear_case SET reported_at = now() WHERE complaint_id = ANY (CAST(:ids AS uuid[]))"
)


async def note_unclear(desk: Desk, tx: Transaction, complaints: Sequence[UUID]) -> None:
    """From now on the owners of these have until then to report it (FC-15)."""
    if not complaints:
        return
    until = report_by(tx.now, desk.policy.ownership, desk.policy.hours)
    timers = [uuid7() for _ in complaints]
    values = {
        "ids": list(complaints),
        "timers": timers,
        "until": until,
        "policy_version": desk.policy.version,
    }
    await tx.fetch(_KEEP, values)
    await arm(
        tx,
        [Timer(t, UNCLEAR, str(complaint), until) for t, complaint in zip(timers, complaints, strict=True)],
    )


async def report_unclear(work: UnitOfWork, desk: Desk, complaint_id: UUID, *, by: str, text: str) -> None:
    """The owner says that responsibility is unclear; said again it changes nothing.

    Raises NoSuchCaseError, NotPossibleError, OnlyOwnerError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        if by != case.owner_id:
            raise OnlyOwnerError(case.owner_id)
        next_state(case.state, Action.HAND_OVER)
        values = {
            "complaint_id": complaint_id,
            "timer_id": uuid7(),
            "by": by,
            "text": text,
            "policy_version": desk.policy.version,
        }
        rows = await tx.fetch(_REPORT, values)
        if rows:
            await disarm(tx, [rows[0]["timer_id"]])
            _tell(desk, tx, complaint_id, owner_id=by, by=by, late=tx.now > rows[0]["report_by"])


def unclear_timers(desk: Desk) -> dict[str, TimerHandler]:
    """Where the owner has said nothing in time, the superior hears of it without them."""

    async def time_is_up(tx: Transaction, due: Sequence[Timer]) -> None:
        rows = await tx.fetch(_DUE, {"ids": [timer.id for timer in due]})
        open_ = [
            row
            for row in rows
            if still_unclear(
                State(row["state"]),
                owner_handles=row["handler_id"] == row["owner_id"],
                reported=row["reported_at"] is not None,
            )
        ]
        await tx.fetch(_UNTOLD, {"ids": [row["complaint_id"] for row in open_]})
        for row in open_:
            _tell(desk, tx, row["complaint_id"], owner_id=row["owner_id"], by=None, late=True)

    return {UNCLEAR: time_is_up}


def _tell(
    desk: Desk, tx: Transaction, complaint_id: UUID, *, owner_id: str, by: str | None, late: bool
) -> None:
    owner = desk.directory.member(owner_id)
    superior = desk.directory.superior_of(owner)
    tx.publish(
        SuperiorInformed(
            complaint_id=complaint_id,
            owner_id=owner_id,
            superior_id=superior.id,
            superior_name=superior.name,
            by=by,
            late=late,
            informed_at=tx.now,
            superior_channel=superior.channel,
            superior_reply_to=desk.sealed_address(superior, complaint_id),
        )
    )
