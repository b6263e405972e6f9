"""The pages a customer sees behind the answer link, in zh-CN and English, without JavaScript."""

from html import escape

_TEXTS = {
    "zh-CN": {
        "title": "您的投诉处理得怎么样？",
        "receipt": "受理编号",
        "solved": "问题解决了吗？",
        "yes": "解决了",
        "no": "没有解决",
        "score": "您对处理结果满意吗？（1 很不满意，5 很满意）",
        "impression": "您对我们的总体印象（1 很差，5 很好）",
        "send": "提交",
        "thanks": "谢谢您的回答，我们已经记录。",
        "ended": "这个问题已经回答过，或已超过回答时间。",
    },
    "en": {
        "title": "Was your complaint put right?",
        "receipt": "Receipt number",
        "solved": "Is the problem solved?",
        "yes": "Yes, it is",
        "no": "No, it is not",
        "score": "How satisfied are you with the result? (1 not at all, 5 very)",
        "impression": "Your impression of us (1 poor, 5 good)",
        "send": "Send",
        "thanks": "Thank you, your answer is recorded.",
        "ended": "This question was answered before, or the time for it has passed.",
    },
}

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
body {{ font: 1rem/1.6 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }}
fieldset {{ border: 1px solid #bbb; border-radius: .5rem; margin: 0 0 1rem; }} label {{ margin-right: 1.2rem; }}
button {{ font: inherit; padding: .5rem 1.5rem; }}
</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"""


def answer_page(receipt_number: str, language: str, state: str, form_path: str) -> str:
    """The form, or a word that the question has ended."""
    texts = _TEXTS[language]
    if state != "ASKED":
        return _page(language, f"<p>{texts['ended']}</p>")
    scale = range(1, 6)
    body = (
        f"<p>{texts['receipt']}: <b>{escape(receipt_number)}</b></p>"
        f'<form method="post" action="{escape(form_path)}">'
        + _choices("solved", texts["solved"], {"true": texts["yes"], "false": texts["no"]})
        + _choices("score", texts["score"], {str(n): str(n) for n in scale})
        + _choices("impression", texts["impression"], {str(n): str(n) for n in scale})
        + f"<button>{texts['send']}</button></form>"
    )
    return _page(language, body)


def thanks_page(language: str) -> str:
    """What is shown after the answer."""
    return _page(language, f"<p>{_TEXTS[language]['thanks']}</p>")


def _choices(name: str, question: str, choices: dict[str, str]) -> str:
    options = "".join(
        f'<label><input type="radio" name="{name}" value="{value}" required> {escape(text)}</label>'
        for value, text in choices.items()
    )
    return f"<fieldset><legend>{escape(question)}</legend>{options}</fieldset>"


def _page(language: str, body: str) -> str:
    return _PAGE.format(language=language, title=_TEXTS[language]["title"], body=body)
