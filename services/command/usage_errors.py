"""What is wrong with how a command was called: one line "English|中文" for each thing that the library may find."""

import re
from typing import Any

from pydantic import ValidationError

from shared.runtime.error_texts import field_text

from .reader import CHINESE, ENGLISH

TEXTS = (
    (r"No such option: (\S+)(?: \(Possible options: (.+)\))?", "there is no option {0}", "没有选项 {0}"),
    (r"No such command '(.+?)'\.?(?: Did you mean (.+)\?)?", "there is no command {0}", "没有命令 {0}"),
    (r"Missing (?:argument|option) (.+?)\.", "{0} is missing", "缺少 {0}"),
    (r"Missing command\.", "the command is missing", "缺少命令"),
    (r"Option '(.+)' requires an argument\.", "{0} needs a value", "{0} 需要一个值"),
    (r"Option '(.+)' does not take a value\.", "{0} takes no value", "{0} 不带值"),
    (r"Got unexpected extra argument(?:\(s\)|s)? \((.+)\)", "too many words: {0}", "多余的参数：{0}"),
)
_MEANT = ("; did you mean {0}", "；是否指 {0}")
_INVALID = re.compile(r"Invalid value for (.+?): (.+)", re.DOTALL)
_SEE = ("; see: {0} --help", "；请看：{0} --help")
_OTHERWISE = ("{0}", "命令行有误：{0}")
_NOT_RIGHT = "值不符合要求"


def said_of(error: Any) -> str:
    """One line about an error of the library: what is wrong, in both languages, and where help is."""
    message = " ".join(error.format_message().split())
    path = error.ctx.command_path if getattr(error, "ctx", None) else "redress"
    english, chinese = _of_value(error, message) or _of_words(message)
    return f"{english}{_SEE[0].format(path)}|{chinese}{_SEE[1].format(path)}"


def wants_help(error: Any) -> bool:
    """Whether a group of commands was called without a command: then its help is all that there is to say."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _of_words(message: str) -> tuple[str, str]:
    for pattern, english, chinese in TEXTS:
        if found := re.fullmatch(pattern, message):
            words = [(group or "").replace("'", "") for group in found.groups()]
            ends = [end.format(words[1]) for end in _MEANT] if len(words) > 1 and words[1] else ["", ""]
            return english.format(*words) + ends[0], chinese.format(*words) + ends[1]
    return _OTHERWISE[0].format(message), _OTHERWISE[1].format(message)


def _of_value(error: Any, message: str) -> tuple[str, str] | None:
    found = _INVALID.fullmatch(message)
    if not found:
        return None
    name = found[1].replace("'", "")
    if isinstance(error.__cause__, ValidationError):
        first: Any = error.__cause__.errors(include_url=False)[0]
        return f"{name} {field_text(first, ENGLISH)}", f"{name} {field_text(first, CHINESE)}"
    return f"{name}: {found[2]}", f"{name}：{_NOT_RIGHT}（{found[2]}）"
