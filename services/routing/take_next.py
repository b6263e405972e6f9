"""The queue of some people in the order of this moment, and one transaction that gives somebody the next of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events import Envelope
from shared.events.routing import HandlerAssigned
from shared.events.sla import PromiseExtended, PromiseRecomputed, PromisesMade, PromisesResumed
from shared.events.vocabulary import PromiseKind, Severity, TransferReason

from .answer_terms import AnswerTimes
from .assign_member import Load
from .at_work import at_work
from .desk import Desk
from .directory import Member
from .judge_transfer import is_a_reason
from .metrics import TRANSFERS
from .next_state import State
from .queue_order import priority_class, priority_now
from .workload import counting, read_loads

_FACTS = (
    "complaint_id, receipt_number, severity, grade, urgency, case_type, category, state, round, owner_id, handler_id, "
    "received_at, due_at, clock_starts_at, base_priority"
)
# The same sum as priority_now, for the database to sort by; a test compares the two.
_QUEUE = Statement(
    f"""
    SELECT {_FACTS}, now() AS now FROM complaint
    WHERE handler_id = ANY (CAST(:people AS text[])) AND state = ANY (CAST(:states AS text[]))
    ORDER BY severity = 'S1' DESC, base_priority + CASE WHEN due_at > clock_starts_at
        THEN CAST(:time_weight AS float) * least(greatest(extract(epoch FROM now() - clock_starts_at)
            / extract(epoch FROM due_at - clock_starts_at), 0), 1) ELSE 0 END DESC,
        received_at, complaint_id
    LIMIT :limit
    """  # noqa: S608 - names of our own columns
)
_TAKE = counting(
    """
    UPDATE complaint SET handler_id = :by, handler_reason = :reason, handler_since = now(),
        answer_field = :answer_field, answer_by = :answer_by
    WHERE complaint_id = :complaint_id AND handler_id = :before AND state = ANY (CAST(:states AS text[]))
        AND accused_staff IS DISTINCT FROM :by
    RETURNING complaint_id, owner_id, handler_id
    """,
    """
    SELECT * FROM (VALUES (CAST(:before AS text), -1), (handler_id, 1)) AS desk (staff_id, change)
    WHERE staff_id <> owner_id
    """,
    beside="""
    INSERT INTO transfer (transfer_id, complaint_id, from_id, to_id, reason, status, packet, requested_by, requested_at,
        answer_by, settled_by, settled_at, handler_id, policy_version)
    SELECT CAST(:transfer_id AS uuid), complaint_id, CAST(:before AS text), handler_id, CAST(:reason AS text), 'TAKEN_OVER',
        '{}', handler_id, now(), now(), handler_id, now(), handler_id, CAST(:policy_version AS text)
    FROM done
    """,
)
_CLOCK = Statement(
    """
    UPDATE complaint SET clock_starts_at = coalesce(row.starts_at, clock_starts_at), due_at = row.due_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:starts AS timestamptz[]), CAST(:due AS timestamptz[]))
         AS row (complaint_id, starts_at, due_at)
    WHERE complaint.complaint_id = row.complaint_id
    """
)
TO_DO = [State.ASSIGNED, State.IN_PROGRESS, State.PROPOSED, State.REOPENED]
NOT_BEGUN = [State.ASSIGNED, State.REOPENED]
_LOOK_AT = 50


async def queue(
    source: Transaction | UnitOfWork,
    desk: Desk,
    people: Sequence[str],
    limit: int,
    states: Sequence[State] = TO_DO,
) -> list[dict[str, Any]]:
    """What these people have to do, the most urgent first, with its score and class."""
    policy = desk.policy.queue
    values = {
        "people": list(people),
        "states": list(states),
        "time_weight": policy.time_weight,
        "limit": limit,
    }
    items = []
    for row in await source.fetch(_QUEUE, values):
        item = dict(row)
        now, base, starts = item.pop("now"), item.pop("base_priority"), item.pop("clock_starts_at")
        score = priority_now(base, starts, item["due_at"], now, policy)
        item["score"] = round(score, 2)
        item["priority"] = priority_class(score, Severity(item["severity"]), policy)
        items.append(item)
    return items


async def take_next(
    work: UnitOfWork, desk: Desk, by: Member, colleagues: Sequence[str]
) -> dict[str, Any] | None:
    """The next complaint for `by`: of their own desk, else one that a colleague who is absent has not begun."""
    if own := await queue(work, desk, [by.id], 1):
        return own[0]
    if not is_a_reason(TransferReason.ABSENT, desk.policy.transfer):
        return None
    absent = await _absent(work, desk, [who for who in colleagues if who != by.id])
    for item in await queue(work, desk, absent, _LOOK_AT, NOT_BEGUN):
        if await _take(work, desk, item, by):
            return item | {"handler_id": by.id}
    return None


async def _absent(work: UnitOfWork, desk: Desk, people: Sequence[str]) -> list[str]:
    async with work.begin() as tx:
        now: datetime = await tx.read_clock()
        loads = await read_loads(tx, people, desk.today(now))
    members = [member for who in people if (member := desk.directory.member(who))]
    return [
        m.id
        for m in members
        if not at_work(m.shifts, m.absences, loads.get(m.id, Load()).report, now, desk.zone)
    ]


async def _take(work: UnitOfWork, desk: Desk, item: dict[str, Any], by: Member) -> bool:
    """Take over what is still where it was seen (FC-6: ABSENT); false if somebody was quicker, or it is about them."""
    complaint_id: UUID = item["complaint_id"]
    async with work.begin(str(complaint_id)) as tx:
        values = {
            "complaint_id": complaint_id,
            "by": by.id,
            "before": item["handler_id"],
            "reason": TransferReason.ABSENT,
            "states": NOT_BEGUN,
            "transfer_id": uuid7(),
            "policy_version": desk.policy.version,
        }
        owner = desk.directory.member(item["owner_id"])
        terms = AnswerTimes(desk, tx.now).terms(
            owner, by, item["case_type"], item["category"], item["due_at"]
        )
        taken = await tx.fetch(_TAKE, values | terms._asdict() | desk.counts(tx, "/api"))
        if taken:
            tx.publish(
                HandlerAssigned(
                    complaint_id=complaint_id,
                    handler_id=by.id,
                    handler_name=by.name,
                    department=by.department,
                    reason=TransferReason.ABSENT,
                    assigned_at=tx.now,
                    **terms._asdict(),
                    **desk.above(by.department, complaint_id),
                )
            )
            TRANSFERS.labels(TransferReason.ABSENT).inc()
    return bool(taken)


async def note_clocks(tx: Transaction, made: Sequence[Envelope[PromisesMade | PromisesResumed]]) -> None:
    """Remember until when each complaint is to be solved; its place in the queue follows from that."""
    solve = [(e.event.complaint_id, p) for e in made for p in e.event.promises if p.kind is PromiseKind.SOLVE]
    if solve:
        values = {
            "ids": [complaint_id for complaint_id, _ in solve],
            "starts": [promise.starts_at for _, promise in solve],
            "due": [promise.due_at for _, promise in solve],
        }
        await tx.fetch(_CLOCK, values)


async def note_moved_clocks(
    tx: Transaction, moved: Sequence[Envelope[PromiseExtended | PromiseRecomputed]]
) -> None:
    """A time that was extended, or that a calendar has moved, counts from now on."""
    solve = [e.event for e in moved if e.event.kind is PromiseKind.SOLVE]
    if solve:
        values = {
            "ids": [event.complaint_id for event in solve],
            "starts": [None for _ in solve],
            "due": [event.due_at for event in solve],
        }
        await tx.fetch(_CLOCK, values)
