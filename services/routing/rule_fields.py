"""Decides what a condition may ask of a complaint: the published fields, each with its kind and, if few, its values."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from shared.events.vocabulary import (
    Channel,
    ComplaintKind,
    DesiredRemedy,
    Grade,
    Language,
    Motive,
    Severity,
    Tag,
)


class Kind(StrEnum):
    """What a value is; WORDS is a list of words, asked by `"ABUSE" in tags`."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    YES_NO = "YES_NO"
    WORDS = "WORDS"


class RuleField(NamedTuple):
    """A field that conditions may ask for. It is never empty: a text that is not known is "", a list []."""

    kind: Kind
    english: str
    chinese: str
    choices: tuple[str, ...] = ()


_TEXT, _NUMBER, _YES_NO, _WORDS = Kind

FIELDS: Mapping[str, RuleField] = {
    "channel": RuleField(_TEXT, "how it came", "受理渠道", tuple(Channel)),
    "kind": RuleField(_TEXT, "what kind of case it is", "诉求类别", tuple(ComplaintKind)),
    "case_type": RuleField(_TEXT, "its cause, as the channel or the category names it", "案件类型"),
    "category": RuleField(_TEXT, "path in the category tree, like billing/roaming", "分类路径"),
    "severity": RuleField(_TEXT, "how much harm it tells of", "严重程度", tuple(Severity)),
    "grade": RuleField(_TEXT, "the customer's grade", "客户等级", tuple(Grade)),
    "language": RuleField(_TEXT, "what the customer reads", "客户语言", tuple(Language)),
    "area": RuleField(_TEXT, "where it happened", "发生地区"),
    "department": RuleField(_TEXT, "what the category tree says", "分类对应的部门"),
    "desired_remedy": RuleField(_TEXT, "what the customer asks for", "客户诉求", ("", *DesiredRemedy)),
    "customer_id": RuleField(_TEXT, "which customer", "客户编号"),
    "taken_by": RuleField(_TEXT, "who took the call", "受理人账号"),
    "priority": RuleField(_NUMBER, "0 to 100, before any time has passed", "初始优先分"),
    "risk_score": RuleField(_NUMBER, "0 to 100", "风险分"),
    "repeat_index": RuleField(_NUMBER, "how many times it was said, 1 for the first", "第几次投诉"),
    "hour": RuleField(_NUMBER, "hour of the day at which it was received, 0 to 23", "受理时刻（小时）"),
    "weekday": RuleField(
        _NUMBER, "day of the week on which it was received, 1 for Monday", "受理星期（1为周一）"
    ),
    "is_fault": RuleField(_YES_NO, "the category is one of faults", "是否故障类"),
    "abusive": RuleField(_YES_NO, "the contact was abusive", "是否辱骂"),
    "conflict_of_interest": RuleField(_YES_NO, "it is about a member of staff", "是否涉及本单位员工"),
    "tells_of_trouble": RuleField(_YES_NO, "its words say that something went wrong", "是否叙述了问题"),
    "also_asked": RuleField(_WORDS, "who else was asked at the same time", "同时受询的其他员工账号"),
    "tags": RuleField(_WORDS, "what intake found out", "标签", tuple(Tag)),
    "motives": RuleField(_WORDS, "what moves the customer", "投诉动机", tuple(Motive)),
}
"""Every field by its name."""
