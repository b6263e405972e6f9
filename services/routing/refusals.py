"""What staff are told when something cannot be done with a complaint, in English and Chinese."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from uuid import UUID

from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import HandlingStep
from shared.runtime.errors import ConflictError, NotFoundError, ProblemError, UnprocessableError

from .answers import NoSuchAnswerError, OnlyOwnerError
from .appeals import NotTheDeciderError, TooLateError
from .case import NoSuchCaseError, NotYoursError, StaleVersionError, current_case, seen_version
from .change_owner import OwnerStaysError
from .chase import NobodyToChaseError, OnlyOwnerChasesError
from .compensate import NotGrantedHereError
from .compensate_children import NoSuchIncidentError, NotHighEnoughError
from .grant_remedy import MayNotSignError, NoSuchRemedyError, RemedyStateError
from .judge_transfer import Objection
from .may_change_owner import OwnerObjection
from .may_wait import WaitObjection
from .next_state import Action, NotPossibleError, State
from .settle_task import TaskObjection
from .six_steps import MissingStepsError
from .standard_answers import NoSuchStandardAnswerError
from .tasks import NoSuchTaskError, TaskRefusedError
from .transfer_case import TransferRefusedError
from .waiting import MayNotWaitError
from .work_on_case import NoRepeatReasonError, OpenTasksError

Refusal: TypeAlias = tuple[type[Any], Callable[[Any], ProblemError]]

_STEPS = {
    HandlingStep.VENT: "倾听发泄",
    HandlingStep.APOLOGISE_THANK: "道歉致谢",
    HandlingStep.ASK_CAUSE: "询问原因",
    HandlingStep.OWN_AND_PROPOSE: "承担责任并提出方案",
    HandlingStep.INVITE_FEEDBACK: "征求意见",
    HandlingStep.FOLLOW_UP: "跟踪回访",
}
_STATES = {
    State.ASSIGNED: ("has an owner and was not begun", "已有责任人，尚未处理"),
    State.IN_PROGRESS: ("is being worked on", "处理中"),
    State.PROPOSED: ("has a proposed solution", "已提出方案"),
    State.PENDING: ("waits", "等待中"),
    State.FOLLOWED_UP: ("is resolved and was followed up", "已办结并已跟踪回访"),
    State.APPEALED: ("is appealed and not decided", "申诉处理中"),
    State.REJECTED: ("is rejected", "不予受理"),
    State.CANCELLED: ("is cancelled", "已撤销"),
    State.RESOLVED: ("is resolved", "已办结"),
    State.REOPENED: ("was opened again", "已重新打开"),
    State.CLOSED: ("is closed", "已关闭"),
}
_ACTIONS = {
    Action.TAKE_STEP: ("no step can be noted", "不能记录步骤"),
    Action.FOLLOW_UP: ("there is no resolution to follow up", "还没有可回访的处理结果"),
    Action.PROPOSE: ("no solution can be proposed", "不能提出方案"),
    Action.RESOLVE: ("it cannot be resolved: propose a solution first", "不能办结：请先提出方案"),
    Action.HAND_OVER: ("it cannot be handed over", "不能转办"),
    Action.CHANGE_OWNER: ("nobody else can answer for it any more", "不能再更换责任人"),
    Action.WAIT: ("it cannot wait", "不能暂停等待"),
    Action.RESUME: ("it does not wait", "并未暂停"),
    Action.RESUME_PROPOSED: ("it does not wait", "并未暂停"),
    Action.ASK: ("no department can be asked for its part any more", "不能再请其他部门协办"),
    Action.ANSWER: ("nothing is written to the customer any more", "不能再答复客户"),
    Action.REMEDY: ("no remedy can be proposed any more", "不能再提出补救"),
    Action.REJECT: ("it cannot be rejected", "不能判定不成立"),
    Action.CANCEL: ("it cannot be cancelled", "不能撤销"),
    Action.APPEAL: ("there is nothing to appeal against", "没有可申诉的处理结果"),
    Action.UPHOLD: ("there is no appeal to decide", "没有待裁定的申诉"),
    Action.DENY: ("there is no appeal to decide", "没有待裁定的申诉"),
    Action.FOLLOW_INCIDENT: ("it does not follow an incident any more", "不再随事件办结"),
    Action.REOPEN: ("it cannot be opened again", "不能重新打开"),
    Action.CLOSE: ("it cannot be closed", "不能关闭"),
}


_OWNER_STAYS = {
    OwnerObjection.STALE: ("somebody else answers for it meanwhile", "责任人已变更"),
    OwnerObjection.SAME: ("this person answers for it already", "此人已是责任人"),
    OwnerObjection.MAY_NOT_OWN: ("this person may not answer for complaints", "此人不能担任责任人"),
    OwnerObjection.ACCUSED: ("the complaint is about this person (FC-21)", "被投诉人不能担任责任人（FC-21）"),
    OwnerObjection.STILL_HERE: ("the owner has not left (FC-9)", "责任人并未离职（FC-9）"),
    OwnerObjection.NOT_ABSENT_LONG_ENOUGH: (
        "no absence of more than a working day is noted (FC-9)",
        "没有登记超过一个工作日的缺勤（FC-9）",
    ),
    OwnerObjection.NEEDS_SUPERVISOR: ("only a superior orders this (FC-9)", "须由上级决定（FC-9）"),
}
_MAY_NOT_WAIT = {
    WaitObjection.NO_EVIDENCE: (
        "a message that was sent, or failed calls, have to show it (PAU-2)",
        "须有已发消息或未接通电话为证（PAU-2）",
        "evidence",
    ),
    WaitObjection.TOO_FEW_CALLS: (
        "so few are no evidence (PAU-2)",
        "次数不足，不能为证（PAU-2）",
        "failed_calls",
    ),
    WaitObjection.NO_TIME_AGREED: ("an appointment has a time (PAU-1)", "预约须有时间（PAU-1）", "until"),
    WaitObjection.TIME_HAS_PASSED: ("must be in the future", "必须是将来的时间", "until"),
}
_OBJECTIONS = {
    Objection.OPEN_ALREADY: ("a hand-over is open already (FC-10)", "已有未完成的转办（FC-10）"),
    Objection.OWN_FIELD: (
        "it lies in the field of whoever works on it: solve it on the spot (FC-5)",
        "属于当前处理人的业务范围，请当场解决（FC-5）",
    ),
    Objection.NEEDS_COORDINATOR: (
        "only a coordinator may do this (FC-10, FC-11)",
        "须由协调人决定（FC-10、FC-11）",
    ),
    Objection.ACCUSED: ("the complaint is about this person (FC-21)", "被投诉人不能处理此投诉（FC-21）"),
    Objection.HANDLES_IT: ("this person works on it already", "该员工已在处理此投诉"),
    Objection.NOT_ASKED: ("it was offered to somebody else", "转办对象不是此人"),
    Objection.NOT_OPEN: ("no hand-over waits for an answer", "没有等待答复的转办"),
    Objection.NOT_DISPUTED: ("no hand-over is disputed", "没有有争议的转办"),
}

_TASK_OBJECTIONS = {
    TaskObjection.LEADS_IT: ("this department leads the case already (FC-11)", "该部门已是牵头部门（FC-11）"),
    TaskObjection.SETTLED: ("it was delivered or released already", "该协办任务已办结或已撤回"),
    TaskObjection.NOT_ASKED: ("another department was asked", "协办部门不是此人所在部门"),
    TaskObjection.MUST_DELIVER: (
        "it was refused once, or you lead the department: it has to be delivered (FC-16)",
        "已拒绝过一次或由部门负责人办理，必须给出可行方案（FC-16）",
    ),
    TaskObjection.ONLY_MANAGER: ("it lies with who leads the department (FC-16)", "已转部门负责人（FC-16）"),
    TaskObjection.ACCUSED: ("the complaint is about this person (FC-21)", "被投诉人不能参与处理（FC-21）"),
    TaskObjection.NOT_WHO_ASKED: ("only owner or handler release it", "只有责任人或处理人可以撤回"),
}


def _missing_steps(error: MissingStepsError) -> tuple[str, str]:
    names = "、".join(f"{_STEPS[step]}（{step}）" for step in error.missing)
    return f"these steps come first: {', '.join(error.missing)}", f"请先完成以下步骤：{names}"


def _not_possible(error: NotPossibleError) -> tuple[str, str]:
    state, action = _STATES[error.state], _ACTIONS[error.action]
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
    english, chinese = _OBJECTIONS[error.objection]
    return (
        (f"{english}: {', '.join(error.who)}", f"{chinese}：{'、'.join(error.who)}")
        if error.who
        else (english, chinese)
    )


def _may_not_wait(error: MayNotWaitError) -> ProblemError:
    english, chinese, field = _MAY_NOT_WAIT[error.objection]
    return UnprocessableError(english, chinese, field=field)


def _owner_stays(error: OwnerStaysError) -> tuple[str, str]:
    english, chinese = _OWNER_STAYS[error.objection]
    return f"{english}; {error.owner_id} answers for it", f"{chinese}；现责任人：{error.owner_id}"


def _too_late(error: TooLateError) -> tuple[str, str]:
    if error.day is None:
        return "this end cannot be appealed (FC-22)", "此结论不能申诉（FC-22）"
    return f"the time to appeal ended on {error.day} (FC-22)", f"申诉期限已于 {error.day} 届满（FC-22）"


def _task_refused(error: TaskRefusedError) -> tuple[str, str]:
    english, chinese = _TASK_OBJECTIONS[error.objection]
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
