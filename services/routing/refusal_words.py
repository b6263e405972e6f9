"""The words of refusals, in English and Chinese: what a state is called, and what stands against something."""

from shared.events.vocabulary import HandlingStep

from .judge_transfer import Objection
from .may_change_owner import OwnerObjection
from .may_wait import WaitObjection
from .next_state import Action, State
from .settle_task import TaskObjection

STEPS = {
    HandlingStep.VENT: "倾听发泄",
    HandlingStep.APOLOGISE_THANK: "道歉致谢",
    HandlingStep.ASK_CAUSE: "询问原因",
    HandlingStep.OWN_AND_PROPOSE: "承担责任并提出方案",
    HandlingStep.INVITE_FEEDBACK: "征求意见",
    HandlingStep.FOLLOW_UP: "跟踪回访",
}
STATES = {
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
ACTIONS = {
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


OWNER_STAYS = {
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
MAY_NOT_WAIT = {
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
OBJECTIONS = {
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

TASK_OBJECTIONS = {
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
