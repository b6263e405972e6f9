"""The doors of calls for a superior: staff say that a customer asks for one, and that the superior answered."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from shared.events.sla import SuperiorAnswered
from shared.events.vocabulary import PromiseKind
from shared.runtime.dependencies import Work
from shared.runtime.errors import ConflictError, NotFoundError, UnprocessableError
from shared.runtime.service import service_router
from shared.runtime.strict_json import StrictBody

from .ask_superior import Objection, may_answer, objection
from .pause_doors import Deciding, StaffId
from .promises import load_live_of
from .settle_promises import End, settle_promises
from .superior_promises import Call, load_standings, promise_answers
from .superior_store import load_above

router = service_router("sla", tags=["superiors"])

_AGAINST = {
    Objection.ENDED: ("the complaint has no open result any more", "该投诉已没有待答复的结果"),
    Objection.ASKED_BEFORE: (
        "a superior was asked for before, which can be done once",
        "此前已要求上级答复，每件投诉限一次",
    ),
    Objection.TOO_EARLY: (
        "the first contact is not due yet, and no solution was rejected",
        "首次联系尚未到期，客户也未否定过解决方案",
    ),
}


class CallForm(StrictBody):
    """Who heard the customer ask for a superior."""

    by: StaffId


class AnswerForm(StrictBody):
    """Who answered the customer as the superior."""

    by: StaffId


class Called(BaseModel):
    """The promise of an answer, and until when it is to come."""

    promise_id: UUID
    due_at: AwareDatetime


class Answered(BaseModel):
    """Whether the answer came too late."""

    late: bool


@router.post(
    "/complaints/{complaint_id}/superior",
    status_code=201,
    summary="Say that the customer asks for a superior",
)
async def call(complaint_id: UUID, form: CallForm, work: Work, deciding: Deciding) -> Called:
    """Promises the team lead's answer; once per complaint, after the first contact is due or a solution was rejected."""
    policy, keeper = deciding
    async with work.begin(str(complaint_id)) as tx:
        standings = await load_standings(tx, [complaint_id])
        if complaint_id not in standings:
            raise NotFoundError("there is no such complaint", "没有这个投诉")
        against = objection(standings[complaint_id], tx.now, policy.superior)
        if against is not None:
            raise ConflictError(*_AGAINST[against])
        await promise_answers(tx, policy, keeper, [Call(complaint_id, tx.now, by=form.by)], standings)
        [made] = await load_live_of(tx, [complaint_id], [PromiseKind.SUPERIOR])
    return Called(promise_id=made.promise_id, due_at=made.due_at)


@router.post(
    "/complaints/{complaint_id}/superior-answer", status_code=201, summary="Say that the superior answered"
)
async def answer(complaint_id: UUID, form: AnswerForm, work: Work) -> Answered:
    """Keeps the promise of an answer; the owner may not say so, unless they lead the team."""
    async with work.begin(str(complaint_id)) as tx:
        live = await load_live_of(tx, [complaint_id], [PromiseKind.SUPERIOR])
        if not live:
            raise NotFoundError("nobody waits for a superior's answer", "没有待上级答复的要求")
        above = (await load_above(tx, [complaint_id]))[complaint_id]
        if not may_answer(form.by, above.owner_id, above.lead_id):
            raise UnprocessableError(
                "owns the complaint and cannot answer as its superior",
                "是该投诉的负责人，不能作为上级答复",
                field="by",
            )
        late = tx.now > live[0].due_at
        told = SuperiorAnswered(complaint_id=complaint_id, by=form.by, answered_at=tx.now, late=late)
        await settle_promises(tx, [End(tx.publish(told), tx.now, [PromiseKind.SUPERIOR])])
    return Answered(late=late)
