"""The page a customer sees behind the tracking link, in zh-CN and English, without JavaScript."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from .customer_news import REJECTED_FOR, WAITS_FOR
from .superior_section import superior_section

_STATUSES = {
    "RECEIVED": ("已受理", "Received"),
    "ACKNOWLEDGED": ("已受理，回执已发送", "Received and confirmed"),
    "ASSIGNED": ("已有专人负责", "Somebody answers for it"),
    "IN_PROGRESS": ("处理中", "Being worked on"),
    "PROPOSED": ("已提出解决方案", "A solution is proposed"),
    "REOPENED": ("重新处理中", "Opened again"),
    "RESOLVED": ("已处理，等待您确认", "Put right, waiting for your word"),
    "REJECTED": ("不予支持", "Not upheld"),
    "CANCELLED": ("已撤回", "Withdrawn"),
    "APPEALED": ("申诉处理中", "Your appeal is being decided"),
    "CLOSED": ("已办结", "Closed"),
}
_PROMISES = {
    "ACK": ("发送回执", "confirmation"),
    "CONTACT": ("与您联系", "first contact"),
    "UPDATE": ("告知进展", "news"),
    "SOLVE": ("告知处理结果", "result"),
    "CLOSE": ("确认结案", "closing"),
    "REPORT": ("书面故障报告", "written report"),
    "SUPERIOR": ("上级答复", "answer of a superior"),
    "REGULATOR": ("监管要求的答复", "answer that the regulator asks for"),
}
_TEXTS = {
    "title": ("您的投诉进展", "Your complaint"),
    "receipt": ("受理编号", "Receipt number"),
    "received": ("受理时间", "Received"),
    "status": ("当前状态", "State"),
    "owner": ("负责人", "Who answers for it"),
    "nobody": ("正在安排", "being named"),
    "next": ("下一步承诺", "Promised next"),
    "by": ("最迟", "by"),
    "before": ("原定", "before it was"),
    "stopped": ("暂停计时", "does not count now"),
    "waits": ("暂停等待", "Waiting"),
    "until": ("至", "until"),
    "why": ("原因", "Why"),
    "charge": ("争议费用", "What you dispute"),
    "frozen": ("处理期间暂不收取", "is not collected while we look into it"),
    "news_by": ("最迟何时再告知进展", "You hear from us again by"),
    "appeal": ("可申诉至", "You may appeal until"),
    "appeal_ended": ("申诉期限已于", "The time to appeal ended"),
    "news": ("最新进展", "What happened"),
    "comma": ("，", ", "),
    "other": ("English", "中文"),
}
_STYLE = (
    'body{font:1rem/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:34rem;margin:2rem auto;'
    "padding:0 1rem}"
    "dt{color:#555}dd{margin:0 0 .8rem;font-weight:600}button{font:inherit;font-weight:600;padding:.5rem 2rem}"
    "[role=alert]{border-left:.3rem solid #b00;padding-left:.8rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

SECURITY_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
"""Nothing but the page itself is loaded, its form goes to us alone, and the code in its address goes nowhere."""


def tracking_page(complaint: Mapping[str, Any], code: str, problem: str | None = None) -> str:
    """The page for what `find_tracked` found behind the code, in its language and its `zone`.

    problem: why what the customer just wanted could not be done.
    """
    language = complaint["language"]
    place = 0 if language == "zh-CN" else 1
    other = ("en", "zh-CN")[place]
    zone = ZoneInfo(complaint["zone"])
    texts = {name: both[place] for name, both in _TEXTS.items()}
    rows = [
        (texts["receipt"], complaint["receipt_number"]),
        (texts["received"], _shown(complaint["received_at"], zone)),
        (texts["status"], _STATUSES[complaint["status"]][place]),
        (texts["owner"], complaint["owner_name"] or texts["nobody"]),
    ]
    rows += _waiting(complaint, texts, place, zone) + _ended(complaint, texts, place, zone)
    if complaint["charge_frozen"]:
        rows.append((texts["charge"], texts["frozen"]))
    if complaint["next_news_at"]:
        rows.append((texts["news_by"], _shown(complaint["next_news_at"], zone)))
    if promise := complaint["next_promise"]:
        rows.append((texts["next"], _promised(promise, texts, place, zone)))
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    alert = f'<div role="alert"><p>{escape(problem)}</p></div>' if problem else ""
    superior = superior_section(complaint["superior"], code, language, partial(_shown, zone=zone))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{texts["title"]}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{texts['title']}</h1>{alert}<dl>{listed}</dl>"
        f"{superior}{_news(complaint['news'], texts, zone)}"
        f'<p><a href="/intake/v1/track/{escape(code)}?lang={other}" lang="{other}">{texts["other"]}</a></p>'
        "</main></body></html>"
    )


Rows = list[tuple[str, str]]
Texts = Mapping[str, str]


def _promised(promise: Mapping[str, Any], texts: Texts, place: int, zone: ZoneInfo) -> str:
    what = _PROMISES[promise["kind"]][place]
    if promise["paused"]:
        return f"{what}{texts['comma']}{texts['stopped']}"
    shown = f"{what}{texts['comma']}{texts['by']} {_shown(promise['due_at'], zone)}"
    if promise["was_due_at"] is None:
        return shown
    return f"{shown} ({texts['before']} {_shown(promise['was_due_at'], zone)})"


def _waiting(complaint: Mapping[str, Any], texts: Texts, place: int, zone: ZoneInfo) -> Rows:
    reason = complaint["waits_for"]
    if reason is None:
        return []
    why = WAITS_FOR[reason][place]
    return [
        (texts["waits"], f"{why}{texts['comma']}{texts['until']} {_shown(complaint['waits_until'], zone)}")
    ]


def _ended(complaint: Mapping[str, Any], texts: Texts, place: int, zone: ZoneInfo) -> Rows:
    """FC-22: what was rejected or closed may be appealed until then, and the last day stays to be read."""
    rows = []
    if complaint["status"] == "REJECTED":
        rows.append((texts["why"], REJECTED_FOR[complaint["rejection_reason"]][place]))
    if complaint["status"] in {"REJECTED", "CLOSED"}:
        for name, field in (("appeal", "appeal_until"), ("appeal_ended", "appeal_ended_at")):
            if complaint[field]:
                rows.append((texts[name], _shown(complaint[field], zone)))
    return rows


def _news(news: Sequence[Mapping[str, Any]], texts: Texts, zone: ZoneInfo) -> str:
    if not news:
        return ""
    lines = "".join(
        f"<li>{_shown(datetime.fromisoformat(line['at']), zone)} {escape(line['text'])}</li>" for line in news
    )
    return f"<h2>{texts['news']}</h2><ul>{lines}</ul>"


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M (UTC%z)}"
