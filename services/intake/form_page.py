"""The complaint form and its receipt as pages: zh-CN and English, without JavaScript, fit to be embedded."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape

LANGUAGES = ("zh-CN", "en")
LONGEST = {"text": 20_000, "name": 200, "phone": 40, "email": 254}

_TEXTS = {
    "title": ("投诉受理", "Make a complaint"),
    "text": ("发生了什么？您希望如何解决？", "What happened, and what should be done about it?"),
    "name": ("姓名（可不填）", "Name (optional)"),
    "phone": ("手机号码，用于向您答复", "Mobile number, so that we can answer"),
    "email": ("或电子邮箱", "or e-mail address"),
    "consent": (
        "同意接收优惠信息（与投诉处理无关）",
        "You may send me offers (has no effect on my complaint)",
    ),
    "trap": ("请勿填写此项", "Leave this empty"),
    "send": ("提交", "Send"),
    "privacy": (
        "您填写的内容只用于处理此投诉。",
        "What you write here is used to deal with this complaint only.",
    ),
    "other": ("English", "中文"),
    "taken": ("您的投诉已受理", "Your complaint is received"),
    "receipt": ("受理编号", "Receipt number"),
    "keep": ("请保存此编号。您可随时查看进展：", "Keep this number. You can see at any time how it goes on:"),
    "track": ("查看进展", "See how it goes on"),
    "file": ("补充图片、录音或 PDF（每次一个）", "Add a picture, a recording or a PDF, one at a time"),
    "add": ("添加", "Add"),
    "files": ("已收到的附件", "Files received"),
    "large": ("文件过大。", "The file is too large."),
    "type": ("不接受此类文件。", "Files of this kind are not taken."),
    "again": ("请检查以下内容后再次提交：", "Please look at this and send it again:"),
    "TRAP": ("有一项不应填写，现已清空。", "A field was filled in that should stay empty; it is empty now."),
    "FAST": ("提交过快，请再次点击提交。", "That was faster than we expect; please press Send once more."),
    "OLD": ("页面已过期，请再次点击提交。", "The page was too old; please press Send once more."),
    "OFTEN": (
        "提交过于频繁，请稍后再次提交。",
        "Too many forms came from your connection; please send it again in a moment.",
    ),
    "DOWN": (
        "暂时无法保存，请稍后再次提交。",
        "It could not be saved just now; please send it again in a moment.",
    ),
}
_STYLE = (
    'body{font:1rem/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:34rem;margin:1rem auto;padding:0 1rem}'
    "label{display:block;margin:.8rem 0 .2rem;font-weight:600}"
    "input:not([type=checkbox]),textarea{box-sizing:border-box;width:100%;font:inherit;padding:.4rem}"
    "button{font:inherit;font-weight:600;margin-top:1rem;padding:.5rem 2rem}"
    ".t{position:absolute;left:-99rem}[role=alert]{border-left:.3rem solid #b00;padding-left:.8rem}"
    "small{color:#555}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def headers(embed_in: Sequence[str]) -> dict[str, str]:
    """Nothing is loaded, nothing runs, the form goes to us alone; these origins may show it in a frame."""
    frames = " ".join(embed_in) or "'none'"
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        f"form-action 'self'; frame-ancestors {frames}",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def word(name: str, language: str) -> str:
    """A text in a language."""
    return _TEXTS[name][LANGUAGES.index(language)]


def form_page(language: str, ticket: str, given: Mapping[str, str], problems: Sequence[str] = ()) -> str:
    """The form, with what was filled in before and what is wrong with it."""
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    alert = ""
    if problems:
        listed = "".join(f"<li>{escape(problem)}</li>" for problem in problems)
        alert = f'<div role="alert"><p>{word("again", language)}</p><ul>{listed}</ul></div>'
    checked = " checked" if given.get("consent") else ""
    fields = "".join(
        (
            _label("text", language),
            (
                f'<textarea id="text" name="text" rows="8" required maxlength="{LONGEST["text"]}">'
                f"\n{escape(given.get('text', ''))}</textarea>"
            ),
            _input("phone", "tel", language, given),
            _input("email", "email", language, given),
            _input("name", "text", language, given),
            f'<label><input type="checkbox" name="consent" value="yes"{checked}> {word("consent", language)}</label>',
            (
                f'<div class="t" aria-hidden="true"><label for="website">{word("trap", language)}</label>'
                '<input id="website" name="website" tabindex="-1" autocomplete="off"></div>'
            ),
            f'<input type="hidden" name="ticket" value="{escape(ticket)}">',
            f'<input type="hidden" name="lang" value="{language}">',
            f"<button>{word('send', language)}</button><p><small>{word('privacy', language)}</small></p>",
        )
    )
    return _page(
        language,
        "title",
        f'{alert}<form method="post" action="/intake/v1/form" accept-charset="utf-8">{fields}</form>'
        f'<p><a href="/intake/v1/form?lang={other}" lang="{other}">{word("other", language)}</a></p>',
    )


def receipt_page(
    language: str, receipt_number: str, code: str, *, files: int | None, problem: str | None = None
) -> str:
    """What the customer keeps. files: how many were added; None where none can be."""
    alert = f'<div role="alert"><p>{escape(problem)}</p></div>' if problem else ""
    upload = ""
    if files is not None:
        upload = (
            f"<p>{word('files', language)}: {files}</p>"
            f'<form method="post" action="/intake/v1/track/{code}/attachments" enctype="multipart/form-data">'
            f'{_label("file", language)}<input id="file" name="file" type="file" required>'
            f"<button>{word('add', language)}</button></form>"
        )
    return _page(
        language,
        "taken",
        f"{alert}<p>{word('receipt', language)}: <strong>{escape(receipt_number)}</strong></p>"
        f'<p>{word("keep", language)} <a href="/intake/v1/track/{code}">{word("track", language)}</a></p>{upload}',
    )


def _label(name: str, language: str) -> str:
    return f'<label for="{name}">{word(name, language)}</label>'


def _input(name: str, kind: str, language: str, given: Mapping[str, str]) -> str:
    value = escape(given.get(name, ""))
    field = f'<input id="{name}" name="{name}" type="{kind}" maxlength="{LONGEST[name]}" value="{value}">'
    return _label(name, language) + field


def _page(language: str, title: str, content: str) -> str:
    shown = word(title, language)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{shown}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{shown}</h1>{content}</main></body></html>"
    )
