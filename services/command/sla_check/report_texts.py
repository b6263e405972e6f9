"""The words of what a check has found, each in English and Chinese."""

from .classes import Class

TEXTS = {
    "rows": (
        "{rows} rows, {unreadable} of them cannot be read",
        "共 {rows} 行，其中 {unreadable} 行无法读取",
    ),
    "unreadable": ("  line {line}: {reason}", "  第 {line} 行：{reason}"),
    "verdicts": (
        "late or in time: {share} agree with the record",
        "逾期或按时：{share} 与记录一致",
    ),
    "told": ("the time in the closing text:", "办结文字中的时间："),
    "targets": (
        "targets computed from the opening by policy {policy}: {share} equal to the minute",
        "按策略 {policy} 从受理时间推算的截止时间：{share} 精确到分钟相同",
    ),
    "differing": ("first differences of {count}:", "{count} 处不同，先列出："),
    "one": (
        "  line {line}: opened {opened}, recorded {recorded}, ours {ours}",
        "  第 {line} 行：受理于 {opened}，记录为 {recorded}，推算为 {ours}",
    ),
    "kind": (" (of kind {kind})", "（类型 {kind}）"),
    "share": ("{part} of {whole} ({percent})", "{whole} 中有 {part}（{percent}）"),
    "none": ("none", "无"),
}

FOUND = {
    "without target or end": "没有截止时间或办结时间",
    "without a label": "没有逾期标记",
    "is in UTC, the column in local time": "为 UTC，列中为当地时间",
    "is the same local time": "为同一当地时间",
    "is another time": "为其他时间",
    "late": "逾期",
    "in time": "按时",
    Class.EQUAL: "精确到分钟相同",
    Class.SECONDS: "相差不到三分钟：记录中带有另一个时钟的秒数",
    Class.AT_OPENING: "记录的就是受理时间本身",
    Class.WORKED_HOLIDAY: "若其间的公众假日照常上班则相同",
    Class.ONE_DAY_MORE: "晚一个工作日：有一天日历中没有的休息日",
    Class.ONE_DAY_LESS: "早一个工作日",
    Class.OTHER_DAYS: "相差其他数目的工作日",
    Class.OFFSET: "除时区偏移外相同",
    Class.OUTSIDE: "任何数目的工作日都得不出：人工设定或后来改动",
}
"""What a check finds, in Chinese by its English."""


def found_in(language: str, what: str) -> str:
    """A finding in words."""
    return what if language == "en" else FOUND.get(what, what)
