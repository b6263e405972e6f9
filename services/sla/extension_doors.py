"""The doors of extensions: read them, and extend the time for a result with approval."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.sla import PromiseExtended
from shared.events.vocabulary import PromiseKind, Role
from shared.runtime.dependencies import Work
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable, StrictBody
from shared.runtime.timers import arm

from .extension import Refusal, why_not_extended
from .pause_doors import Deciding, StaffId
from .pause_promises import count_again
from .policy import ExtensionPolicy
from .promise_rows import LivePromise
from .promises import load_complaints, load_live_of
from .regulator_clocks import lay_clocks
from .watch import calendars_of, next_watch

router = service_router("sla", tags=["extensions"])

_GIVEN = Statement("SELECT count(*), coalesce(sum(seconds), 0) FROM extension WHERE promise_id = :promise_id")
_LIST = Statement(
    """
    SELECT extension.* FROM extension JOIN promise USING (promise_id)
    WHERE promise.complaint_id = :complaint_id ORDER BY extension.extended_at
    """
)
_EXTEND = Statement(
    """
    WITH given AS (
        INSERT INTO extension (extension_id, promise_id, seconds, reason, asked_by, approved_by, approver_role,
            was_due_at, due_at, extended_at, policy_version)
        VALUES (:extension_id, :promise_id, :seconds, :reason, :asked_by, :approved_by, :approver_role,
            :was_due_at, :due_at, now(), :policy_version))
    UPDATE promise SET due_at = :due_at, target_seconds = :target_seconds, provisional = :provisional,
        counted_by = jsonb_set(counted_by, '{extra}', to_jsonb(CAST(:extra AS float8)))
    WHERE promise_id = :promise_id
    """
)
_TEXTS = {
    Refusal.TOO_LATE: ("it is due already; an extension is asked for before", "已到期；延期须在到期前申请"),
    Refusal.NEVER_AGAIN: ("it was extended as often as it may be", "延期次数已用完"),
    Refusal.OWN_APPROVAL: ("nobody approves what they ask for themselves", "不得自行批准本人的申请"),
    Refusal.NOT_THIS_APPROVER: ("this time somebody higher has to approve", "本次延期须由更高一级批准"),
    Refusal.TOO_LONG: ("all extensions together would be too long", "累计延期时长超过上限"),
}


class ExtensionForm(StrictBody):
    """How much longer, why, who asks and who approves in which role."""

    seconds: Annotated[int, Field(strict=True, ge=60, le=366 * 86_400)]
    reason: Annotated[str, StringConstraints(min_length=3, max_length=500), Storable]
    by: StaffId
    approved_by: StaffId
    approver_role: Literal[Role.TEAM_LEAD, Role.DEPARTMENT_HEAD]


class Extended(BaseModel):
    """When the result is due now."""

    was_due_at: AwareDatetime
    due_at: AwareDatetime
    number: int


@router.get("/complaints/{complaint_id}/extensions", summary="The extensions of a complaint")
async def extensions_of(complaint_id: UUID, work: Work) -> list[dict[str, Any]]:
    """Who asked, who approved, why, and the due time before and after."""
    return [dict(row) for row in await work.fetch(_LIST, {"complaint_id": complaint_id})]


@router.post(
    "/complaints/{complaint_id}/extensions", status_code=201, summary="Extend the time for the result"
)
async def extend(complaint_id: UUID, form: ExtensionForm, work: Work, deciding: Deciding) -> Extended:
    """With approval, before it is due, and told to the customer (SLA-X)."""
    policy, keeper = deciding
    async with work.begin(str(complaint_id)) as tx:
        promise = await _result_of(tx, complaint_id)
        given, given_seconds = (await tx.fetch(_GIVEN, {"promise_id": promise.promise_id}))[0]
        _refuse(promise, form, given, given_seconds, policy=policy.extension, now=tx.now)
        kept = await keeper.versions(tx, calendars_of([promise]))
        longer = count_again(_with_extra(promise, given_seconds, form.seconds), kept)
        values = _values(promise, longer, form, given_seconds + form.seconds)
        await tx.fetch(_EXTEND, values | {"policy_version": policy.version})
        if promise.paused_since is None:
            await arm(tx, next_watch(longer, policy, kept))
        await lay_clocks(tx, policy, keeper, [complaint_id])
        tx.publish(
            PromiseExtended(
                complaint_id=complaint_id,
                promise_id=promise.promise_id,
                kind=promise.kind,
                was_due_at=promise.due_at,
                due_at=longer.due_at,
                number=given + 1,
                approved_by=form.approved_by,
                extended_at=tx.now,
            )
        )
    return Extended(was_due_at=promise.due_at, due_at=longer.due_at, number=given + 1)


async def _result_of(tx: Transaction, complaint_id: UUID) -> LivePromise:
    if not await load_complaints(tx, [complaint_id]):
        raise NotFoundError("there is no such complaint", "没有这个投诉")
    live = await load_live_of(tx, [complaint_id], [PromiseKind.SOLVE])
    if not live:
        raise ConflictError("no result is promised any more", "已没有待兑现的结果承诺")
    return live[-1]


def _refuse(
    promise: LivePromise,
    form: ExtensionForm,
    given: int,
    given_seconds: float,
    *,
    policy: ExtensionPolicy,
    now: datetime,
) -> None:
    refusal = why_not_extended(
        given=given,
        given_seconds=given_seconds,
        asked_seconds=form.seconds,
        target_seconds=promise.target_seconds - given_seconds,
        due_at=promise.due_at,
        asked_at=promise.paused_since or now,
        asks_for_oneself=form.by == form.approved_by,
        approver=form.approver_role,
        policy=policy,
    )
    if refusal is not None:
        raise ConflictError(*_TEXTS[refusal])


def _with_extra(promise: LivePromise, given_seconds: float, asked: float) -> LivePromise:
    counting = promise.counting and promise.counting._replace(extra=given_seconds + asked)
    return promise._replace(target_seconds=promise.target_seconds + asked, counting=counting)


def _values(promise: LivePromise, longer: LivePromise, form: ExtensionForm, extra: float) -> dict[str, Any]:
    return {
        "extension_id": uuid7(),
        "promise_id": promise.promise_id,
        "seconds": float(form.seconds),
        "reason": form.reason,
        "asked_by": form.by,
        "approved_by": form.approved_by,
        "approver_role": form.approver_role,
        "was_due_at": promise.due_at,
        "due_at": longer.due_at,
        "target_seconds": longer.target_seconds,
        "provisional": longer.provisional,
        "extra": extra,
    }
