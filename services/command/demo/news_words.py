"""The words for what events of the board say in codes, in Chinese and English side by side."""

from collections.abc import Iterable

PROMISES = {
    "ACK": "回执 receipt",
    "CONTACT": "联系 contact",
    "UPDATE": "进展 news",
    "SOLVE": "结果 result",
    "CLOSE": "结案 closing",
    "REPORT": "报告 report",
    "SUPERIOR": "上级 superior",
    "REGULATOR": "监管 rule",
}
_GROUNDS = {
    "CONFIRMED": "客户确认 confirmed",
    "SILENCE": "未答复 silence",
    "APPEAL_DENIED": "申诉未获支持 appeal denied",
}
_REOPENED = {
    "NOT_SOLVED": "未解决 not solved",
    "DISSATISFIED": "不满意 dissatisfied",
    "CONTACTED_AGAIN": "再次来访 contacted again",
    "APPEAL_UPHELD": "申诉成立 appeal upheld",
}
_WITHHELD = {
    "OF-1": "客户未确认 not confirmed",
    "OF-2": "不够满意 not satisfied",
    "OF-4": "另有未结投诉 another one open",
    "OF-5": "出过严重问题 severe failure",
    "OF-6": "一再出错 failed again",
    "OF-7": "未同意 no consent",
    "CAP-1": "已推荐过 offered before",
    "NOTHING-FITS": "没有合适的 nothing fits",
}
_OFFERS = {
    "account_review": "账务专访 account review",
    "direct_line": "专线服务 direct line",
    "even_bill": "均衡账单 even bill",
    "reminder_prepay": "预缴提醒 prepay reminder",
    "short_tenure": "短期合约 short contract",
    "idea_reward": "建议奖励 idea reward",
    "double_points": "双倍积分 double points",
}
DETAILS = PROMISES | _GROUNDS | _REOPENED | _WITHHELD | _OFFERS


def in_words(codes: Iterable[str]) -> str:
    """The words for some codes; a code of the operator's own stays as it is."""
    return "、".join(DETAILS.get(code, code) for code in codes)


def time_left(seconds: float) -> str:
    """What is left or overdue: seconds; hours from one on; days from a thousand hours on."""
    size = abs(seconds)
    unit, length = ("s", 1) if size < 3600 else ("h", 3600) if size < 3600_000 else ("d", 86400)
    return f"{seconds / length:+4.0f} {unit}"
