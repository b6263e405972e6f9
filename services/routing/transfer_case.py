"""One transaction each: the work is offered to somebody with a packet, accepted, disputed, or decided upon."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import TransferRequested
from shared.events.vocabulary import Severity, TransferReason
from shared.runtime.timers import Timer, TimerHandler, arm

from .assign_member import Load
from .at_work import at_work
from .case import Case, load_case, must_answer_for
from .desk import Desk
from .directory import Member
from .judge_transfer import Asked, Objection, Status, after_silence, answer_by, decide_by, objection
from .next_state import ENDED, Action, next_state
from .transfers import ANSWER, DECISION, Settlement, Transfer, open_transfers, settle
from .workload import read_loads

_ASK = Statement(
    """
    INSERT INTO transfer (transfer_id, complaint_id, from_id, to_id, reason, status, packet, requested_by,
        requested_at, answer_by, policy_version)
    VALUES (:transfer_id, :complaint_id, :from_id, :to_id, :reason, 'REQUESTED', :packet, :requested_by, now(),
        :answer_by, :policy_version)
    """
)


class TransferRefusedError(Exception):
    """The hand-over cannot be done."""

    def __init__(self, objection: Objection, who: Sequence[str] = ()) -> None:
        super().__init__(objection, who)
        self.objection, self.who = objection, who


async def offer(
    work: UnitOfWork,
    desk: Desk,
    complaint_id: UUID,
    *,
    receiver: Member,
    reason: TransferReason,
    by: str,
    packet: Mapping[str, Any],
) -> Case:
    """Offer the work to somebody (FC-6, FC-7); to oneself, or by a coordinator, it is accepted at once.

    Raises NoSuchCaseError, NotYoursError, NotPossibleError, TransferRefusedError.
    """
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        coordinator = by in _coordinators(desk)
        if not coordinator:
            must_answer_for(case, by)
        next_state(case.state, Action.HAND_OVER)
        already = (await open_transfers(tx, [complaint_id])).get(complaint_id)
        if already and (already.to_id, already.reason, already.requested_by) == (receiver.id, reason, by):
            return case
        if case.handler_id == receiver.id:
            raise TransferRefusedError(Objection.HANDLES_IT)
        asked = Asked(
            reason=reason,
            hops=case.hops,
            own_field=_own_field(desk, case),
            open_already=already is not None,
            by_coordinator=coordinator,
            back_to_owner=receiver.id == case.owner_id,
            to_accused=receiver.id == case.accused_staff,
        )
        if refused := objection(asked, desk.policy.transfer):
            raise TransferRefusedError(refused, _coordinators(desk))
        transfer = await _ask(desk, tx, case, receiver=receiver, reason=reason, by=by, packet=packet)
        if coordinator or receiver.id == by:
            case.handler_id, case.handler_reason = receiver.id, reason
            await settle(desk, tx, [Settlement(transfer, Status.ACCEPTED, by, receiver.id)], "/api")
    return case


async def accept(work: UnitOfWork, desk: Desk, complaint_id: UUID, by: str) -> Case:
    """The receiver takes the work on (FC-8). Raises NoSuchCaseError, NotPossibleError, TransferRefusedError."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        transfer = await _open_for(tx, case, by)
        if transfer is None:
            return case
        next_state(case.state, Action.HAND_OVER)
        await settle(desk, tx, [Settlement(transfer, Status.ACCEPTED, by, transfer.to_id)], "/api")
        case.handler_id, case.handler_reason = transfer.to_id, transfer.reason
    return case


async def dispute(work: UnitOfWork, desk: Desk, complaint_id: UUID, by: str, text: str) -> Case:
    """The receiver says it is not theirs; they keep it until the coordinator decides (FC-10)."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        transfer = await _open_for(tx, case, by)
        if transfer is None:
            raise TransferRefusedError(Objection.NOT_OPEN)
        next_state(case.state, Action.HAND_OVER)
        until = decide_by(tx.now, desk.policy.transfer, desk.policy.hours)
        said = Settlement(transfer, Status.DISPUTED, by, transfer.to_id, text, until)
        await settle(desk, tx, [said], "/api")
        case.handler_id, case.handler_reason = transfer.to_id, transfer.reason
    return case


async def decide(work: UnitOfWork, desk: Desk, complaint_id: UUID, by: str, handler: Member) -> Case:
    """The coordinator says who works on it (FC-10). Raises NoSuchCaseError, TransferRefusedError."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        if by not in _coordinators(desk):
            raise TransferRefusedError(Objection.NEEDS_COORDINATOR, _coordinators(desk))
        transfer = (await open_transfers(tx, [complaint_id])).get(complaint_id)
        if transfer is None or transfer.status != Status.DISPUTED:
            raise TransferRefusedError(Objection.NOT_DISPUTED)
        if handler.id == case.accused_staff and desk.policy.transfer.accused_never_handles:
            raise TransferRefusedError(Objection.ACCUSED)
        next_state(case.state, Action.HAND_OVER)
        await settle(desk, tx, [Settlement(transfer, Status.DECIDED, by, handler.id)], "/api")
        case.handler_id = handler.id
    return case


def timers(desk: Desk) -> dict[str, TimerHandler]:
    """What happens when nobody answers in time."""

    async def silence(tx: Transaction, due: Sequence[Timer]) -> None:
        transfers = await _due(tx, due, Status.REQUESTED)
        await desk.staff.refresh(tx)
        loads = await read_loads(tx, [t.to_id for t in transfers], desk.today(tx.now))
        settlements = []
        for transfer in transfers:
            member = desk.directory.member(transfer.to_id)
            there = member is not None and _at_work(desk, tx, member, loads.get(transfer.to_id, Load()))
            status = after_silence(at_work=there, closed=transfer.state in ENDED)
            handler = transfer.to_id if status is Status.ACCEPTED_SILENTLY else None
            settlements.append(Settlement(transfer, status, None, handler))
        await settle(desk, tx, settlements, "/timers")

    async def undecided(tx: Transaction, due: Sequence[Timer]) -> None:
        transfers = await _due(tx, due, Status.DISPUTED)
        await settle(desk, tx, [Settlement(t, Status.KEPT) for t in transfers], "/timers")

    return {ANSWER: silence, DECISION: undecided}


async def _due(tx: Transaction, due: Sequence[Timer], status: Status) -> list[Transfer]:
    found = await open_transfers(tx, [UUID(timer.subject) for timer in due])
    ids = {timer.id for timer in due}
    return [t for t in found.values() if t.transfer_id in ids and t.status == status]


def _at_work(desk: Desk, tx: Transaction, member: Member, load: Load) -> bool:
    return at_work(member.shifts, member.absences, load.report, tx.now, desk.zone)


async def _open_for(tx: Transaction, case: Case, by: str) -> Transfer | None:
    """The hand-over that waits for this person's answer; None if they have accepted before."""
    transfer = (await open_transfers(tx, [case.complaint_id])).get(case.complaint_id)
    if transfer is None or transfer.status != Status.REQUESTED:
        if transfer is None and case.handler_id == by:
            return None
        raise TransferRefusedError(Objection.NOT_OPEN)
    if transfer.to_id != by:
        raise TransferRefusedError(Objection.NOT_ASKED, [transfer.to_id])
    return transfer


async def _ask(
    desk: Desk,
    tx: Transaction,
    case: Case,
    *,
    receiver: Member,
    reason: TransferReason,
    by: str,
    packet: Mapping[str, Any],
) -> Transfer:
    transfer_id, until = uuid7(), answer_by(Severity(case.severity), tx.now, desk.policy.transfer)
    values = {
        "transfer_id": transfer_id,
        "complaint_id": case.complaint_id,
        "from_id": case.handler_id,
        "to_id": receiver.id,
        "reason": reason,
        "packet": dict(packet),
        "requested_by": by,
        "answer_by": until,
        "policy_version": desk.policy.version,
    }
    await tx.fetch(_ASK, values)
    await arm(tx, [Timer(transfer_id, ANSWER, str(case.complaint_id), until)])
    tx.publish(
        TransferRequested(
            complaint_id=case.complaint_id,
            transfer_id=transfer_id,
            hop=case.hops + 1,
            from_id=case.handler_id,
            to_id=receiver.id,
            to_name=receiver.name,
            department=receiver.department,
            reason=reason,
            by=by,
            promised_at=packet.get("promised_at"),
            requested_at=tx.now,
            answer_by=until,
            to_channel=receiver.channel,
            to_reply_to=desk.sealed_address(receiver, case.complaint_id),
        )
    )
    return Transfer(
        *(transfer_id, case.complaint_id, case.handler_id, receiver.id, reason, Status.REQUESTED, by),
        *(case.state, case.owner_id, case.handler_id, case.case_type, case.category, case.due_at),
    )


def _own_field(desk: Desk, case: Case) -> bool:
    """Whether the department of whoever works on it serves such cases."""
    handler = desk.directory.member(case.handler_id)
    own = desk.directory.departments.get(handler.department) if handler else None
    return own is not None and own.serves(case.case_type, case.category)


def _coordinators(desk: Desk) -> list[str]:
    return [member.id for member in desk.directory.coordinators()]
