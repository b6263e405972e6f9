"""The form that customers fill in themselves: its page, and what comes back from it."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.bus.group_commit import GroupCommit
from shared.bus.transience import is_transient
from shared.runtime.error_texts import field_text
from shared.runtime.errors import UnprocessableError, language_of
from shared.runtime.sealing import Sealer
from shared.runtime.service import service_router

from . import metrics
from .contact_forms import WebContact
from .contact_store import Accepted
from .form_page import LONGEST, form_page, headers, word
from .form_ticket import Ticket, new_ticket, read_ticket
from .judge_submission import judge_submission
from .policy import IntakePolicy
from .read_contact import Contact, ContactReader
from .visits import Visits, not_too_often

router = service_router("intake", tags=["form"])

NotTooOften = Depends(not_too_often)
Lang = Annotated[Literal["zh-CN", "en"] | None, Query(description="the browser's first choice if left out")]
PROVIDER = "form"


@router.get("/form", response_class=HTMLResponse, summary="The complaint form", dependencies=[NotTooOften])
async def show_form(request: Request, lang: Lang = None) -> Response:
    """A page to link to or to embed; it needs no JavaScript and loads nothing."""
    return _shown(request, lang or language_of(request), {})


@router.post("/form", response_class=HTMLResponse, include_in_schema=False)
async def take_form(request: Request) -> Response:
    """Take what was filled in; what cannot be taken comes back with everything the customer wrote."""
    given = await _filled_in(request)
    language = "zh-CN" if given.get("lang") == "zh-CN" else "en"
    policy: IntakePolicy = request.app.state.policy
    visits: Visits = request.app.state.visits
    if wait := visits.wait(request, "forms"):
        again = {"Retry-After": str(wait)}
        return _shown(request, language, given, word("OFTEN", language), status=429, more=again)
    ticket = read_ticket(request.app.state.sealer, given.get("ticket", ""))
    doubt = judge_submission(given.get("website", ""), ticket.age if ticket else None, policy.form)
    if doubt is not None or ticket is None:
        metrics.FORMS_DOUBTED.labels(str(doubt).lower()).inc()
        return _shown(request, language, given, word(str(doubt), language), status=422)
    try:
        accepted = await _accept(request, given, ticket)
    except ValidationError as error:
        wrong = [_named(one["loc"], field_text(dict(one), language), language) for one in error.errors()]
        return _shown(request, language, given, *wrong, status=422)
    except UnprocessableError as error:
        wrong_field = _named((error.field or "").split("."), error.details[language], language)
        return _shown(request, language, given, wrong_field, status=422)
    except Exception as error:
        if not is_transient(error):
            raise
        return _shown(request, language, given, word("DOWN", language), status=503)
    return RedirectResponse(
        f"/intake/v1/form/receipt/{accepted.tracking_code}", 303, headers=_headers(request)
    )


async def _accept(request: Request, given: Mapping[str, str], ticket: Ticket) -> Accepted:
    reader: ContactReader = request.app.state.reader
    accepting: GroupCommit[Contact, Accepted] = request.app.state.accepting
    text = given.get("text", "").replace("\r\n", "\n")
    told = {name: given[name].strip() for name in ("name", "phone", "email") if given.get(name, "").strip()}
    customer: dict[str, Any] = {**told, "marketing_consent": True} if given.get("consent") else dict(told)
    # One page sent twice is one contact; sent again with other words it is another one.
    key = f"{ticket.page}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    form = WebContact.model_validate(
        {"contact_key": key, "provider": PROVIDER, "text": text, "customer": customer}
    )
    return await accepting.submit(reader.read(form))


async def _filled_in(request: Request) -> dict[str, str]:
    body = (await request.body()).decode(errors="replace").replace("%00", "")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return {}


def _shown(
    request: Request,
    language: str,
    given: Mapping[str, str],
    *problems: str,
    status: int = 200,
    more: Mapping[str, str] | None = None,
) -> Response:
    sealer: Sealer = request.app.state.sealer
    # The page stays the same one, so that what may have been stored already is not stored twice.
    ticket = read_ticket(sealer, given.get("ticket", ""))
    policy: IntakePolicy = request.app.state.policy
    again = given["ticket"] if ticket and ticket.age <= policy.form.valid else new_ticket(sealer)
    kept = {name: value for name, value in given.items() if name in LONGEST or name == "consent"}
    page = form_page(language, again, kept, problems)
    return HTMLResponse(page, status, headers={**_headers(request), **(more or {})})


def _named(place: Any, problem: str, language: str) -> str:
    """What is wrong, with the label of the field that it is wrong with."""
    field = str(list(place)[-1]) if place else ""
    return f"{word(field, language)}: {problem}" if field in LONGEST else problem


def _headers(request: Request) -> dict[str, str]:
    policy: IntakePolicy = request.app.state.policy
    return headers(policy.form.embed_in)
