"""The page a customer sees behind the tracking link, in zh-CN and English, without JavaScript."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

_STATUSES = {
    "RECEIVED": ("已受理", "Received"),
    "ACKNOWLEDGED": ("已受理，回执已发送", "Received and confirmed"),
    "ASSIGNED": ("已有专人负责", "Somebody answers for it"),
    "IN_PROGRESS": ("处理中", "Being worked on"),
    "PROPOSED": ("已提出解决方案", "A solution is proposed"),
    "REOPENED": ("重新处理中", "Opened again"),
    "RESOLVED": ("已处理，等待您确认", "Put right, waiting for your word"),
    "CLOSED": ("已办结", "Closed"),
}
_PROMISES = {
    "ACK": ("发送回执", "confirmation"),
    "CONTACT": ("与您联系", "first contact"),
    "UPDATE": ("告知进展", "news"),
    "SOLVE": ("告知处理结果", "result"),
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
}
_STYLE = (
    'body{font:1rem/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:34rem;margin:2rem auto;'
    "padding:0 1rem}"
    "dt{color:#555}dd{margin:0 0 .8rem;font-weight:600}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

SECURITY_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
"""Nothing but the page itself is loaded, and the code in its address goes nowhere."""


def tracking_page(complaint: Mapping[str, Any], zone: ZoneInfo) -> str:
    """The page for what `find_tracked` found, in the complaint's language; times are shown in `zone`."""
    language = complaint["language"]
    place = 0 if language == "zh-CN" else 1
    texts = {name: both[place] for name, both in _TEXTS.items()}
    rows = [
        (texts["receipt"], complaint["receipt_number"]),
        (texts["received"], _shown(complaint["received_at"], zone)),
        (texts["status"], _STATUSES[complaint["status"]][place]),
        (texts["owner"], complaint["owner_name"] or texts["nobody"]),
    ]
    promise = complaint["next_promise"]
    if promise and complaint["status"] != "CLOSED":
        what = _PROMISES[promise["kind"]][place]
        rows.append((texts["next"], f"{what}, {texts['by']} {_shown(promise['due_at'], zone)}"))
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{texts["title"]}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{texts['title']}</h1><dl>{listed}</dl></main></body></html>"
    )


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M (UTC%z)}"
