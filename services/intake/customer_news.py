"""Decides what of a complaint's history its customer is shown, and in which words; names of handlers stay inside."""

from collections.abc import Mapping

NEWS_SHOWN = 10
"""So many of the newest."""

NEWS: Mapping[str, tuple[str, str]] = {
    "owner_named": ("已确定负责人", "Somebody answers for it now"),
    "owner_changed": ("负责人已更换", "Somebody else answers for it now"),
    "handler_assigned": (
        "已交由专人处理，负责人不变",
        "Somebody works on it; who answers for it stays the same",
    ),
    "promise_extended": ("处理期限已延长", "The time for the result was extended"),
    "promise_recomputed": (
        "因工作日历调整，承诺时限已重新计算",
        "A promised time moved with the working calendar",
    ),
    "complaint_paused": ("暂停等待", "It waits"),
    "complaint_resumed": ("继续处理", "Work goes on"),
    "solution_proposed": ("已提出解决方案", "A solution was proposed"),
    "complaint_resolved": ("已处理，等待您确认", "Put right, as we see it"),
    "complaint_reopened": ("重新处理", "Opened again"),
    "complaint_rejected": ("投诉不予支持", "Not upheld"),
    "complaint_cancelled": ("按您的意愿撤回", "Withdrawn at your wish"),
    "complaint_appealed": ("已收到您的申诉", "Your appeal was received"),
    "appeal_decided": ("申诉已有结论", "Your appeal was decided"),
    "appeal_overdue": ("申诉未能按时裁定", "Your appeal was not decided in time"),
    "complaint_joined_incident": (
        "与同一区域的群体事件一并处理",
        "It belongs to a larger incident in your area",
    ),
    "charge_frozen": ("争议费用处理期间暂不收取", "What you dispute is not collected meanwhile"),
    "charge_released": ("争议费用不再冻结", "What you disputed is no longer held back"),
    "customer_escalated": ("已按您的要求请上级答复", "A superior is to answer you, as you asked"),
    "superior_answered": ("上级已答复您", "A superior answered you"),
    "customer_called": ("我们曾致电您", "We called you"),
    "progress_told": ("已向您告知进展", "You were told how far it is"),
    "answer_released": ("已答复您", "You were sent an answer"),
    "remedy_approved": ("赔付已批准", "What we owe you was granted"),
    "remedy_paid": ("赔付已支付", "What we owe you was paid"),
    "suggestion_decided": ("您的建议已有结果", "Your suggestion was decided"),
    "complaint_closed": ("已办结", "Closed"),
}
"""What happened → the words for it in Chinese and English; what is not here, customers are not shown."""

WAITS_FOR: Mapping[str, tuple[str, str]] = {
    "WAIT_CUSTOMER": ("等待您的回复", "we wait for your answer"),
    "CUSTOMER_APPOINTMENT": ("等待与您约定的时间", "we wait for the time agreed with you"),
    "THIRD_PARTY": ("等待第三方", "we wait for a third party"),
    "FORCE_MAJEURE": ("因不可抗力暂停", "circumstances beyond our control"),
    "LEGAL_HOLD": ("因法律程序暂停", "legal proceedings"),
}
REJECTED_FOR: Mapping[str, tuple[str, str]] = {
    "NO_GROUND": ("经核实缺乏依据", "we found no ground for it"),
    "ALREADY_DECIDED": ("同一事项此前已有结论", "the same was decided before"),
    "TOO_OLD": ("已超过受理期限", "it is too long ago"),
    "BEFORE_A_COURT": ("正由法院审理", "a court deals with it"),
}
_APPEALS: Mapping[str, tuple[str, str]] = {
    "UPHELD": ("申诉成立，重新处理", "Your appeal was upheld"),
    "DENIED": ("申诉未获支持", "Your appeal was denied"),
}
_OVERDUE_APPEALS: Mapping[str, tuple[str, str]] = {
    "PASSED_ON": ("已转由上一级人员裁定", "the next senior person decides it now"),
    "STAYS": ("已再次督促裁定", "who decides it was told once more"),
}
_SUGGESTIONS: Mapping[str, tuple[str, str]] = {
    "ADOPTED": ("您的建议已被采纳，谢谢", "Your suggestion was adopted; thank you"),
    "CONSIDERED": ("您的建议正在研究", "Your suggestion is being considered"),
    "DECLINED": ("您的建议暂未采纳，谢谢", "Your suggestion was not adopted; thank you"),
}
_CALLS: Mapping[str, tuple[str, str]] = {
    "REACHED": ("已与您通话", "We talked to you on the telephone"),
    "NOT_REACHED": ("曾致电您，未接通", "We called you and did not reach you"),
}
_WHOLE = ("appeal_decided", "suggestion_decided", "customer_called")
"""Of these the detail says it all."""
_DETAILS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "appeal_decided": _APPEALS,
    "appeal_overdue": _OVERDUE_APPEALS,
    "customer_called": _CALLS,
    "suggestion_decided": _SUGGESTIONS,
    "complaint_paused": WAITS_FOR,
    "complaint_rejected": REJECTED_FOR,
}
WITH_DETAIL = tuple(_DETAILS)
"""Of these the detail is shown too, in words."""


def news_text(what: str, detail: str | None) -> tuple[str, str]:
    """The words for a line of the history, in Chinese and English; reasons that are new here are left out."""
    chinese, english = NEWS[what]
    reason = _DETAILS.get(what, {}).get(detail or "")
    if reason is None:
        return chinese, english
    if what in _WHOLE:
        return reason
    return f"{chinese}：{reason[0]}", f"{english}: {reason[1]}"
