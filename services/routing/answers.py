"""One transaction each: an answer to the customer is written, released, or returned to who wrote it (FC-13)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import AnswerHeld, AnswerReleased, AnswerReturned
from shared.events.vocabulary import Severity
from shared.runtime.timers import Timer, TimerHandler, arm, disarm

from .case import Case, load_case, must_answer_for
from .desk import Desk
from .later_contacts import stands_in
from .next_state import ENDED, Action, next_state
from .release_answer import AnswerState, release_at
from .standard_answers import approved_text, note_use

RELEASE = "release_answer"
_ADD = Statement(
    """
    INSERT INTO answer (answer_id, complaint_id, round, text, written_by, written_at, state, release_at, policy_version)
    VALUES (:answer_id, :complaint_id, :round, :text, :by, now(), 'HELD', :release_at, :policy_version)
    """
)
_SETTLE = Statement(
    """
    UPDATE answer SET state = :state, settled_by = :by, settled_at = now(), settled_text = :note
    WHERE answer_id = ANY (CAST(:ids AS uuid[])) AND state = 'HELD'
    RETURNING answer_id, complaint_id, text, written_by
    """
)
_OWNERS = Statement(
    """
    SELECT a.answer_id, c.owner_id, c.owner_name, c.state FROM answer a JOIN complaint c USING (complaint_id)
    WHERE a.answer_id = ANY (CAST(:ids AS uuid[])) AND a.state = 'HELD'
    """
)


class NoSuchAnswerError(Exception):
    """This complaint has no such answer, or nothing is to be said about it any more."""


class OnlyOwnerError(Exception):
    """This is the owner's to say: they are the customer's one contact."""

    def __init__(self, owner_id: str) -> None:
        super().__init__(owner_id)
        self.owner_id = owner_id


async def answer_customer(
    work: UnitOfWork,
    desk: Desk,
    complaint_id: UUID,
    *,
    text: str | None,
    by: str,
    standard_answer: str | None = None,
) -> UUID:
    """Write to the customer, in the owner's name; of a standard answer its approved text, unless another is given.

    Raises NoSuchCaseError, NotYoursError, NotPossibleError, NoSuchStandardAnswerError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        for_owner = by not in (case.owner_id, case.handler_id) and await stands_in(tx, complaint_id, by)
        if not for_owner:
            must_answer_for(case, by)
        next_state(case.state, Action.ANSWER)
        policy = desk.policy
        by_owner = by == case.owner_id or (for_owner and policy.contact.stand_in_answers_at_once)
        until = release_at(
            Severity(case.severity), tx.now, by_owner=by_owner, policy=policy.answer, hours=policy.hours
        )
        standard = await approved_text(tx, standard_answer) if standard_answer else None
        written = text or (standard["text"] if standard else "")
        if standard:
            use = {"complaint_id": complaint_id, "round": case.round, "used_in": "ANSWER", "by": by}
            await note_use(tx, use, standard, written)
        answer_id = uuid7()
        values = {
            "answer_id": answer_id,
            "complaint_id": complaint_id,
            "round": case.round,
            "text": written,
            "by": by,
            "release_at": until or tx.now,
            "policy_version": policy.version,
        }
        await tx.fetch(_ADD, values)
        if until is None:
            await _release(desk, tx, [answer_id], by)
        else:
            await arm(tx, [Timer(answer_id, RELEASE, str(complaint_id), until)])
            owner = desk.directory.member(case.owner_id)
            tx.publish(
                AnswerHeld(
                    complaint_id=complaint_id,
                    answer_id=answer_id,
                    owner_id=case.owner_id,
                    by=by,
                    held_at=tx.now,
                    release_at=until,
                    owner_channel=owner.channel if owner else None,
                    owner_reply_to=desk.sealed_address(owner, complaint_id) if owner else None,
                )
            )
    return answer_id


async def release(work: UnitOfWork, desk: Desk, complaint_id: UUID, answer_id: UUID, by: str) -> None:
    """The owner lets it go out. Raises NoSuchCaseError, NoSuchAnswerError, OnlyOwnerError."""
    async with work.begin(str(complaint_id)) as tx:
        _only_owner(await load_case(tx, complaint_id), by)
        if not await _release(desk, tx, [answer_id], by):
            raise NoSuchAnswerError
        await disarm(tx, [answer_id])


async def return_answer(work: UnitOfWork, complaint_id: UUID, answer_id: UUID, by: str, note: str) -> None:
    """The owner does not let it go out, and says why. Raises as `release` does."""
    async with work.begin(str(complaint_id)) as tx:
        _only_owner(await load_case(tx, complaint_id), by)
        returned = await _settle(tx, [answer_id], AnswerState.RETURNED, by, note)
        if not returned:
            raise NoSuchAnswerError
        await disarm(tx, [answer_id])
        for row in returned:
            tx.publish(
                AnswerReturned(
                    complaint_id=complaint_id,
                    answer_id=answer_id,
                    written_by=row["written_by"],
                    by=by,
                    returned_at=tx.now,
                )
            )


def answer_timers(desk: Desk) -> dict[str, TimerHandler]:
    """What the owner has said nothing about goes out when the time has come."""

    async def time_has_come(tx: Transaction, due: Sequence[Timer]) -> None:
        await _release(desk, tx, [timer.id for timer in due], None)

    return {RELEASE: time_has_come}


async def _release(desk: Desk, tx: Transaction, ids: Sequence[UUID], by: str | None) -> bool:
    """Let those of these answers that are held go out in the name of who owns the complaint now; of an ended one none."""
    owners: dict[UUID, Row] = {row["answer_id"]: row for row in await tx.fetch(_OWNERS, {"ids": list(ids)})}
    ended = [answer_id for answer_id, row in owners.items() if row["state"] in ENDED]
    if ended:
        await _settle(tx, ended, AnswerState.RETURNED, None, None)
    released = await _settle(tx, [i for i in owners if i not in ended], AnswerState.RELEASED, by, None)
    for row in released:
        owner = owners[row["answer_id"]]
        tx.publish(
            AnswerReleased(
                complaint_id=row["complaint_id"],
                answer_id=row["answer_id"],
                owner_id=owner["owner_id"],
                owner_name=owner["owner_name"],
                written_by=row["written_by"],
                by=by,
                text=desk.sealer.seal(row["text"], str(row["complaint_id"])),
                released_at=tx.now,
            )
        )
    return bool(released)


async def _settle(
    tx: Transaction, ids: Sequence[UUID], state: AnswerState, by: str | None, note: str | None
) -> Any:
    return await tx.fetch(_SETTLE, {"ids": list(ids), "state": state, "by": by, "note": note})


def _only_owner(case: Case, by: str) -> None:
    if by != case.owner_id:
        raise OnlyOwnerError(case.owner_id)
