"""What staff are told when something cannot be done with a complaint, in English and Chinese."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from uuid import UUID

from shared.bus.unit_of_work import UnitOfWork
from shared.runtime.errors import ConflictError, NotFoundError, ProblemError, UnprocessableError

from .answers import NoSuchAnswerError, OnlyOwnerError
from .appeals import NotTheDeciderError, TooLateError
from .case import NoSuchCaseError, NotYoursError, StaleVersionError, current_case, seen_version
from .change_owner import OwnerStaysError
from .chase import NobodyToChaseError, OnlyOwnerChasesError
from .compensate import NotGrantedHereError
from .compensate_children import NoSuchIncidentError, NotHighEnoughError
from .grant_remedy import MayNotSignError, NoSuchRemedyError, RemedyStateError
from .next_state import Action, NotPossibleError, State
from .refusal_words import ACTIONS, MAY_NOT_WAIT, OBJECTIONS, OWNER_STAYS, STATES, STEPS, TASK_OBJECTIONS
from .six_steps import MissingStepsError
from .standard_answers import NoSuchStandardAnswerError
from .tasks import NoSuchTaskError, TaskRefusedError
from .transfer_case import TransferRefusedError
from .waiting import MayNotWaitError
from .work_on_case import NoRepeatReasonError, OpenTasksError

Refusal: TypeAlias = tuple[type[Any], Callable[[Any], ProblemError]]


def _missing_steps(error: MissingStepsError) -> tuple[str, str]:
    names = "、".join(f"{STEPS[step]}（{step}）" for step in error.missing)
    return f"these steps come first: {', '.join(error.missing)}", f"请先完成以下步骤：{names}"


def _not_possible(error: NotPossibleError) -> tuple[str, str]:
    state, action = STATES[error.state], ACTIONS[error.action]
    if error.action is Action.RESOLVE and error.state in (State.RESOLVED, State.CLOSED):
        action = ("its resolution stands as it was told", "原办结内容已生效")
    return (
        f"the complaint {state[0]} ({error.state}); {action[0]}",
        f"投诉{state[1]}（{error.state}）；{action[1]}",
    )


def _not_yours(error: NotYoursError) -> tuple[str, str]:
    who = " / ".join(dict.fromkeys([error.owner_id, error.handler_id]))
    return (
        f"only its owner or handler may do this: {who}",
        f"只有责任人或处理人可以这样做：{who}",
    )


def _not_handed_over(error: TransferRefusedError) -> tuple[str, str]:
    english, chinese = OBJECTIONS[error.objection]
    return (
        (f"{english}: {', '.join(error.who)}", f"{chinese}：{'、'.join(error.who)}")
        if error.who
        else (english, chinese)
    )


def _may_not_wait(error: MayNotWaitError) -> ProblemError:
    english, chinese, field = MAY_NOT_WAIT[error.objection]
    return UnprocessableError(english, chinese, field=field)


def _owner_stays(error: OwnerStaysError) -> tuple[str, str]:
    english, chinese = OWNER_STAYS[error.objection]
    return f"{english}; {error.owner_id} answers for it", f"{chinese}；现责任人：{error.owner_id}"


def _too_late(error: TooLateError) -> tuple[str, str]:
    if error.day is None:
        return "this end cannot be appealed (FC-22)", "此结论不能申诉（FC-22）"
    return f"the time to appeal ended on {error.day} (FC-22)", f"申诉期限已于 {error.day} 届满（FC-22）"


def _task_refused(error: TaskRefusedError) -> tuple[str, str]:
    english, chinese = TASK_OBJECTIONS[error.objection]
    return (f"{english}: {error.who}", f"{chinese}：{error.who}") if error.who else (english, chinese)


def _says(kind: type[Any], words: Callable[[Any], tuple[str, str]]) -> Refusal:
    return kind, lambda error: ConflictError(*words(error))


_REFUSALS: Mapping[type[Exception], Callable[[Any], ProblemError]] = dict(
    [
        (NoSuchCaseError, lambda _: NotFoundError("there is no such complaint here", "没有这件投诉")),
        (MayNotWaitError, _may_not_wait),
        _says(
            StaleVersionError,
            lambda _: ("the complaint has changed since you saw it", "投诉在您查看之后已有变化"),
        ),
        _says(MissingStepsError, _missing_steps),
        _says(NotPossibleError, _not_possible),
        _says(NotYoursError, _not_yours),
        _says(OwnerStaysError, _owner_stays),
        _says(TransferRefusedError, _not_handed_over),
        (
            NoSuchRemedyError,
            lambda _: NotFoundError("this complaint has no such remedy", "此投诉没有这项补救"),
        ),
        _says(
            RemedyStateError, lambda error: (f"the remedy is {error.state}", f"该补救状态为 {error.state}")
        ),
        _says(
            MayNotSignError,
            lambda error: (
                f"somebody else of rank {error.rank} or above has to sign (REM-4)",
                f"须由其他 {error.rank} 级及以上人员签批（REM-4）",
            ),
        ),
        _says(TooLateError, _too_late),
        _says(
            NotTheDeciderError,
            lambda error: (
                f"only {error.decider_id} decides this appeal (FC-22)",
                f"须由 {error.decider_id} 裁定（FC-22）",
            ),
        ),
        (
            NoSuchStandardAnswerError,
            lambda _: UnprocessableError(
                "no such standard answer is in force", "没有生效的此条口径", field="standard_answer"
            ),
        ),
        (NoSuchIncidentError, lambda _: NotFoundError("no complaint has joined it", "没有属于此事件的投诉")),
        (NoSuchTaskError, lambda _: NotFoundError("this complaint has no such task", "此投诉没有这项协办")),
        _says(
            NotGrantedHereError,
            lambda _: (
                "no scheme that gives anything for this is switched on (REM-6)",
                "未启用相应的自动补偿方案（REM-6）",
            ),
        ),
        _says(
            NotHighEnoughError,
            lambda error: (
                f"somebody of rank {error.rank} or above decides for a whole incident",
                f"须由 {error.rank} 级及以上人员对整个事件作出决定",
            ),
        ),
        _says(TaskRefusedError, _task_refused),
        _says(
            NoRepeatReasonError,
            lambda _: (
                "it is a repeat: say first why it came again (REP-6)",
                "重复投诉须先填写重复原因（REP-6）",
            ),
        ),
        _says(
            OpenTasksError,
            lambda error: (
                f"other departments still owe their part: {error.count}; wait for it or release it",
                f"尚有 {error.count} 项协办未完成：请等待或撤回",
            ),
        ),
        (
            NoSuchAnswerError,
            lambda _: NotFoundError("no such answer is held here", "没有这条待放行的答复"),
        ),
        _says(
            OnlyOwnerError,
            lambda error: (
                f"this is the owner's: {error.owner_id}",
                f"须由责任人 {error.owner_id} 决定",
            ),
        ),
        _says(
            NobodyToChaseError,
            lambda _: ("its owner works on it; there is nobody to chase", "责任人自己在处理，无需催办"),
        ),
        _says(
            OnlyOwnerChasesError,
            lambda error: (
                f"only its owner chases, and their department others: {error.owner_id}",
                f"须由责任人催办，或由其部门催办其他部门：{error.owner_id}",
            ),
        ),
    ]
)


@asynccontextmanager
async def refusals(work: UnitOfWork, complaint_id: UUID, seen: int | None = None) -> AsyncIterator[None]:
    """Turn what staff cannot do into a problem that says why, and how the complaint stands now (`current`).

    seen: the version of the case they act upon; if it has changed since, nothing is done.
    """
    token = seen_version.set(seen)
    try:
        yield
    except tuple(_REFUSALS) as error:
        problem = _REFUSALS[type(error)](error)
        if problem.status == ConflictError.status:
            problem.extensions["current"] = await current_case(work, complaint_id)
        raise problem from error
    finally:
        seen_version.reset(token)
