"""One transaction each: an end is appealed, the appeal is decided, or nobody has decided it in time (FC-22)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import (
    AppealDecided,
    AppealOverdue,
    ComplaintAppealed,
    ComplaintClosed,
    ComplaintReopened,
)
from shared.events.vocabulary import ClosingGround, ReopenReason
from shared.runtime.timers import Timer, TimerHandler, arm, disarm

from .case import Case, load_case
from .desk import Desk
from .directory import Member
from .end_case import move
from .judge_appeal import decide_appeal_by, decided_by, in_time, next_decider
from .metrics import CLOSED, REOPENED
from .next_state import ENDED, Action, next_state

APPEAL_DUE = "appeal_due"
_APPEAL = Statement(
    """
    INSERT INTO appeal (appeal_id, complaint_id, round, text, noted_by, appealed_at, decider_id, decide_by, policy_version)
    VALUES (:appeal_id, :complaint_id, :round, :text, :by, now(), :decider_id, :decide_by, :policy_version)
    """
)
_DECIDE = Statement(
    """
    UPDATE appeal SET upheld = :upheld, decision = :text, decided_by = :by, decided_at = now()
    WHERE complaint_id = :complaint_id AND decided_at IS NULL RETURNING appeal_id
    """
)
_DECIDER = Statement(
    "SELECT decider_id FROM appeal WHERE complaint_id = :complaint_id AND decided_at IS NULL"
)
_TIME = Statement("SELECT appeal_until FROM complaint WHERE complaint_id = :complaint_id")
_OVERDUE = Statement(
    """
    SELECT a.appeal_id, a.complaint_id, a.round, a.decider_id, a.decide_by, a.passed,
        array_remove(ARRAY[c.owner_id, c.handler_id, c.accused_staff, w.resolved_by], NULL) AS involved
    FROM appeal a JOIN complaint c USING (complaint_id)
    LEFT JOIN work_round w ON w.complaint_id = a.complaint_id AND w.round = a.round
    WHERE a.appeal_id = ANY (CAST(:ids AS uuid[])) AND a.decided_at IS NULL ORDER BY a.appeal_id
    """
)
_PASS = Statement(
    """
    UPDATE appeal SET decider_id = row.decider_id, decide_by = row.decide_by, policy_version = :policy_version,
        passed = passed || jsonb_build_object('decider_id', appeal.decider_id, 'decide_by', appeal.decide_by,
            'passed_at', now(), 'policy_version', appeal.policy_version)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:deciders AS text[]), CAST(:until AS timestamptz[]))
         AS row (id, decider_id, decide_by)
    WHERE appeal.appeal_id = row.id
    """
)


class TooLateError(Exception):
    """The time to appeal ended on `day`; None: this end can never be appealed."""

    def __init__(self, day: date | None) -> None:
        super().__init__(day)
        self.day = day


class NotTheDeciderError(Exception):
    """Somebody else decides this appeal."""

    def __init__(self, decider_id: str) -> None:
        super().__init__(decider_id)
        self.decider_id = decider_id


async def appeal(work: UnitOfWork, desk: Desk, complaint_id: UUID, *, text: str, by: str) -> Case:
    """The customer does not accept the end; it is open until a senior person has decided (FC-22).

    Raises NoSuchCaseError, NotPossibleError, TooLateError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        [(until,)] = await tx.fetch(_TIME, {"complaint_id": complaint_id})
        back_on_desk = 1 if case.state in ENDED else 0
        timely = in_time(case.state, until, tx.now)
        involved = {case.owner_id, case.handler_id, case.resolved_by, case.accused_staff} - {None}
        decider = decided_by(
            desk.directory.member(case.owner_id), {str(who) for who in involved}, desk.directory
        )
        await move(desk, tx, case, Action.APPEAL, by=by, change=back_on_desk)
        if not timely:
            raise TooLateError(until and until.astimezone(ZoneInfo(desk.policy.hours.zone)).date())
        decide_by = decide_appeal_by(tx.now, desk.policy.appeal, desk.policy.hours)
        values: dict[str, Any] = {
            "appeal_id": uuid7(),
            "complaint_id": complaint_id,
            "round": case.round,
            "text": text,
            "by": by,
            "decider_id": decider.id,
            "decide_by": decide_by,
            "policy_version": desk.policy.version,
        }
        await tx.fetch(_APPEAL, values)
        await arm(tx, [Timer(values["appeal_id"], APPEAL_DUE, str(complaint_id), decide_by)])
        tx.publish(
            ComplaintAppealed(
                complaint_id=complaint_id,
                round=case.round,
                decider_id=decider.id,
                decider_name=decider.name,
                decide_by=decide_by,
                appealed_at=tx.now,
                decider_channel=decider.channel,
                decider_reply_to=desk.sealed_address(decider, complaint_id),
            )
        )
    return case


async def decide_appeal(
    work: UnitOfWork, desk: Desk, complaint_id: UUID, *, upheld: bool, text: str, by: str
) -> Case:
    """Open it again with the same owner, or end it for good (FC-22).

    Raises NoSuchCaseError, NotPossibleError, NotTheDeciderError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        action = Action.UPHOLD if upheld else Action.DENY
        next_state(case.state, action)
        [(decider_id,)] = await tx.fetch(_DECIDER, {"complaint_id": complaint_id})
        if by != decider_id:
            raise NotTheDeciderError(decider_id)
        values = {"complaint_id": complaint_id, "upheld": upheld, "text": text, "by": by}
        decided = await tx.fetch(_DECIDE, values)
        await disarm(tx, [row["appeal_id"] for row in decided])
        ground = None if upheld else ClosingGround.APPEAL_DENIED
        because = ground or ReopenReason.APPEAL_UPHELD
        await move(
            *(desk, tx, case, action), by=by, change=0 if upheld else -1, ground=ground, because=because
        )
        tx.publish(AppealDecided(complaint_id=complaint_id, upheld=upheld, by=by, decided_at=tx.now))
        if ground is None:
            reason = ReopenReason.APPEAL_UPHELD
            tx.publish(
                ComplaintReopened(
                    complaint_id=complaint_id, round=case.round, reason=reason, reopened_at=tx.now
                )
            )
            REOPENED.labels(reason).inc()
        else:
            tx.publish(
                ComplaintClosed(complaint_id=complaint_id, round=case.round, ground=ground, closed_at=tx.now)
            )
            CLOSED.labels(ground).inc()
    return case


def appeal_timers(desk: Desk) -> dict[str, TimerHandler]:
    """Who has not decided in time decides no more: the next senior person does, and hears of it."""

    async def nobody_decided(tx: Transaction, due: Sequence[Timer]) -> None:
        await desk.staff.keep_fresh(tx)
        rows = await tx.fetch(_OVERDUE, {"ids": [timer.id for timer in due]})
        followers = [_next(desk, row) for row in rows]
        until = decide_appeal_by(tx.now, desk.policy.appeal, desk.policy.hours)
        passed = [(row, to) for row, to in zip(rows, followers, strict=True) if to is not None]
        values = {
            "ids": [row["appeal_id"] for row, _ in passed],
            "deciders": [to.id for _, to in passed],
            "until": [until for _ in passed],
            "policy_version": desk.policy.version,
        }
        if passed:
            await tx.fetch(_PASS, values)
        await arm(
            tx, [Timer(row["appeal_id"], APPEAL_DUE, str(row["complaint_id"]), until) for row, _ in passed]
        )
        for row, to in zip(rows, followers, strict=True):
            decider = to or desk.directory.member(row["decider_id"])
            tx.publish(
                AppealOverdue(
                    complaint_id=row["complaint_id"],
                    round=row["round"],
                    from_id=row["decider_id"],
                    was_due_at=row["decide_by"],
                    decider_id=decider.id if decider else row["decider_id"],
                    decider_name=decider.name if decider else row["decider_id"],
                    decide_by=until if to else None,
                    overdue_at=tx.now,
                    decider_channel=decider.channel if decider else None,
                    decider_reply_to=desk.sealed_address(decider, row["complaint_id"]) if decider else None,
                )
            )

    return {APPEAL_DUE: nobody_decided}


def _next(desk: Desk, row: Row) -> Member | None:
    before = [turn["decider_id"] for turn in row["passed"]]
    return next_decider(row["decider_id"], before, row["involved"], desk.directory, desk.policy.appeal)
