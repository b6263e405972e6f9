"""The part of the tracking page about a superior's answer: the button, or what became of it, in zh-CN and English."""

from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from shared.events.vocabulary import Language

from .may_ask_superior import Asking

_TEXTS = {
    "title": ("请上级答复", "A superior's answer"),
    "once": (
        "如您对处理不满意，可请负责人的上级直接答复您，每件投诉限一次。",
        "If you are not content, the superior of the person who answers for it can answer you, once per complaint.",
    ),
    "again": ("投诉将同时重新处理。", "Your complaint will be opened again."),
    "press": ("请上级答复", "Ask for a superior's answer"),
    "from": (
        "如届时仍未与您联系，可请上级答复，自",
        "If nobody contacted you by then, you can ask for it from",
    ),
    "asked": ("您已要求上级答复", "You asked for it"),
    "due": ("承诺最迟答复时间", "Promised by"),
    "KEPT": ("上级已答复您", "A superior answered you"),
    "KEPT_LATE": ("上级已答复您，晚于承诺", "A superior answered you, later than promised"),
    "BROKEN": ("未能按时答复，已报更高一级", "It is late, and those further up were told"),
    "ended": (
        "该投诉已结束或已在申诉，无法再请上级答复。如仍有问题，请再次联系我们。",
        "Your complaint has ended or is being appealed, so no superior can be asked for here. Please write to us again.",
    ),
    "early": (
        "首次联系尚未到期，暂不能请上级答复。",
        "It is too early: the time for our first contact with you has not passed.",
    ),
}
_AGAINST = {Asking.TOO_EARLY: "early", Asking.ENDED: "ended"}


def words(name: str, language: str) -> str:
    """A text in a language."""
    return _TEXTS[name][language != Language.CHINESE]


def why_not(asking: Asking, language: str) -> str:
    """Why a superior could not be asked for."""
    return words(_AGAINST[asking], language)


def superior_section(
    superior: Mapping[str, Any], code: str, language: str, shown: Callable[[datetime], str]
) -> str:
    """What the customer may do, and what became of it; empty where there is nothing to do or to tell."""
    lines = _lines(superior, code, language, shown)
    return f"<h2>{words('title', language)}</h2>{lines}" if lines else ""


def _lines(superior: Mapping[str, Any], code: str, language: str, shown: Callable[[datetime], str]) -> str:
    asking: Asking = superior["asking"]
    if asking is Asking.ASKED:
        return _became(superior, language, shown)
    if asking.is_allowed:
        again = f" {words('again', language)}" if asking is Asking.AGAIN else ""
        return (
            f"<p>{words('once', language)}{again}</p>"
            f'<form method="post" action="/intake/v1/track/{escape(code)}/superior">'
            f"<button>{words('press', language)}</button></form>"
        )
    if superior["may_ask_from"] is not None:
        return f"<p>{words('from', language)} {shown(superior['may_ask_from'])}</p>"
    return ""


def _became(superior: Mapping[str, Any], language: str, shown: Callable[[datetime], str]) -> str:
    rows = [(words("asked", language), shown(superior["asked_at"]))]
    if superior["due_at"] is not None:
        rows.append((words("due", language), shown(superior["due_at"])))
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    outcome = superior["state"]
    told = f"<p>{words(outcome, language)}</p>" if outcome in _TEXTS else ""
    return f"<dl>{listed}</dl>{told}"
