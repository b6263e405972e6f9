"""The doors of pauses: read them, begin one with reason and evidence, end it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from pydantic import AwareDatetime, BaseModel, StringConstraints
from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.vocabulary import PauseReason, PromiseKind
from shared.runtime.dependencies import Work
from shared.runtime.errors import ConflictError, NotFoundError, UnprocessableError
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable, StrictBody

from .calendar_store import Timekeeper
from .calls_in_vain import evidence_of
from .customer_calls import load_in_vain
from .pause_promises import PAUSABLE, Begin, End, begin_pauses, end_pauses
from .pause_store import Pause, load_open
from .pauses import Because, is_reported, lacks_evidence
from .policy import SlaPolicy
from .promises import load_complaints, load_live_of
from .working_time import Paused

router = service_router("sla", tags=["pauses"])

_PAUSES = Statement(
    """
    SELECT pause_id, reason, evidence, by, since, agreed_until, ends_by, until, ended_because, ended_by FROM pause
    WHERE complaint_id = :complaint_id ORDER BY since, pause_id
    """
)

StaffId = Annotated[str, StringConstraints(min_length=1, max_length=100), Storable]


class PauseForm(StrictBody):
    """Why the clock is to stop, what shows it, who says so, and until when if that is agreed."""

    reason: PauseReason
    evidence: Annotated[str, StringConstraints(max_length=500), Storable] | None = None
    by: StaffId
    until: AwareDatetime | None = None


class ResumptionForm(StrictBody):
    """Who lets it go on."""

    by: StaffId


class PauseBegun(BaseModel):
    """The pause, the promises that stand still, and when it ends of itself."""

    pause_id: UUID
    stopped: list[PromiseKind]
    ends_by: AwareDatetime


class PauseEnded(BaseModel):
    """When the promises are due now."""

    due: dict[PromiseKind, AwareDatetime]


async def _deciding(request: Request) -> tuple[SlaPolicy, Timekeeper]:
    return request.app.state.policy, request.app.state.timekeeper


Deciding = Annotated[tuple[SlaPolicy, Timekeeper], Depends(_deciding)]


@router.get("/complaints/{complaint_id}/pauses", summary="The pauses of a complaint")
async def pauses_of(complaint_id: UUID, work: Work, deciding: Deciding) -> list[dict[str, Any]]:
    """Every interval with its reason and evidence; `reported` is false for those that reports leave out (PAU-6)."""
    rows = [dict(row) for row in await work.fetch(_PAUSES, {"complaint_id": complaint_id})]
    policy = deciding[0].pauses
    return [
        row | {"reported": row["until"] is None or is_reported(Paused(row["since"], row["until"]), policy)}
        for row in rows
    ]


@router.post("/complaints/{complaint_id}/pauses", status_code=201, summary="Stop the clock of a complaint")
async def pause(complaint_id: UUID, form: PauseForm, work: Work, deciding: Deciding) -> PauseBegun:
    """For one of the reasons of PAU-1; handling that waits in routing stops the clock by itself.

    Where the customer is waited for, calls in vain that the telephone system told of are evidence (PAU-2).
    """
    policy, keeper = deciding
    async with work.begin(str(complaint_id)) as tx:
        evidence = await _evidence(tx, complaint_id, form, policy)
        await _refuse_what_cannot_be(tx, complaint_id, form)
        begin = Begin(uuid7(), complaint_id, form.reason, evidence, form.by, tx.now, form.until)
        [begun] = await begin_pauses(tx, policy, keeper, [begin])
        _refuse_used_up(begun)
        stopped = [one.kind for one in await _live(tx, complaint_id) if one.paused_since is not None]
    return PauseBegun(pause_id=begun.pause_id, stopped=stopped, ends_by=begun.ends_by)


@router.post("/complaints/{complaint_id}/pauses/{pause_id}/resumption", summary="Let the clock go on")
async def resume(
    complaint_id: UUID, pause_id: UUID, form: ResumptionForm, work: Work, deciding: Deciding
) -> PauseEnded:
    """The promises are due later by the time of theirs that the pause took."""
    policy, keeper = deciding
    async with work.begin(str(complaint_id)) as tx:
        lasting = (await load_open(tx, [complaint_id])).get(complaint_id)
        if lasting is None or lasting.pause_id != pause_id:
            raise NotFoundError("this pause does not last", "没有正在进行的该次暂停")
        own = await end_pauses(tx, policy, keeper, [End(complaint_id, tx.now, Because.STAFF, by=form.by)])
    return PauseEnded(due={promise.kind: promise.due_at for promise in own[complaint_id]})


async def _evidence(tx: Transaction, complaint_id: UUID, form: PauseForm, policy: SlaPolicy) -> str | None:
    """What staff say that shows it, else what the telephone system heard."""
    if not lacks_evidence(form.reason, form.evidence, policy.pauses):
        return form.evidence
    in_vain = await load_in_vain(tx, complaint_id)
    if heard := evidence_of(form.reason, in_vain, policy.pauses):
        return heard
    raise UnprocessableError(
        "this reason needs evidence: the message sent, or the calls that nobody answered",
        "此原因需要凭据：已发送的消息，或无人接听的通话记录",
        field="evidence",
    )


async def _refuse_what_cannot_be(tx: Transaction, complaint_id: UUID, form: PauseForm) -> None:
    if form.reason is PauseReason.CUSTOMER_APPOINTMENT and form.until is None:
        raise UnprocessableError("an appointment has a time", "预约必须写明时间", field="until")
    if form.until is not None and not 0 < (form.until - tx.now).total_seconds() < 366 * 86_400:
        raise UnprocessableError("must lie ahead, within a year", "必须在未来一年之内", field="until")
    if not await load_complaints(tx, [complaint_id]):
        raise NotFoundError("there is no such complaint", "没有这个投诉")
    if complaint_id in await load_open(tx, [complaint_id]):
        raise ConflictError("the clock stands still already", "计时已处于暂停状态")
    if not await _live(tx, complaint_id):
        raise ConflictError("nothing is promised any more", "已没有待兑现的承诺")


def _refuse_used_up(begun: Pause) -> None:
    if begun.ends_by <= begun.since:
        raise ConflictError("no more time may be paused in this case", "本案可暂停的时间已用完")


async def _live(tx: Transaction, complaint_id: UUID) -> list[Any]:
    return await load_live_of(tx, [complaint_id], PAUSABLE)
