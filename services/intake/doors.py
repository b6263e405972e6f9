"""The doors through which contacts come in, one per channel; a contact is stored before it is answered."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Body, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import to_json
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from shared.bus.group_commit import GroupCommit
from shared.bus.transience import is_transient
from shared.runtime.errors import TRY_AGAIN_AFTER, ProblemError, UnavailableError, refusal
from shared.runtime.service import service_router

from . import metrics
from .call_forms import CallFacts, CallPart, as_facts, told_of_call
from .calls import Calls
from .contact_forms import ContactForm, PhoneContact, SmsContact, WebContact
from .contact_store import ALREADY_KNOWN, Accepted
from .keep_refusal import Refusals
from .read_contact import Contact, ContactReader


class Receipt(BaseModel):
    """The answer to a contact."""

    complaint_id: UUID
    receipt_number: str = Field(examples=["R26112100000017"])
    outcome: str = Field(
        description="created; attached to a complaint that was open or just resolved; or already_known"
    )
    status_path: str = Field(description="for staff and systems")
    tracking_path: str = Field(description="for the customer; needs no token")


class OffersRefused(BaseModel):
    """The answer to a message that only says that no offers are wanted."""

    customer_id: UUID
    outcome: Literal["offers_refused"] = "offers_refused"


class DoorRoute(APIRoute):
    """Reads the body in one step and calls the endpoint with it, and with nothing in between.

    FastAPI's own way, made for many kinds of parameters, takes as long as all the rest of a door.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        assert self.body_field is not None
        self._form_class: type[ContactForm] = self.body_field.field_info.annotation  # type: ignore[assignment]
        self.app = self._serve

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self.endpoint(request, await _form(request, self._form_class))
        except (RequestValidationError, ProblemError, HTTPException) as refused:
            _count(self._form_class, refused)
            raise
        await response(scope, receive, send)


router = service_router("intake", tags=["doors"])
router.route_class = DoorRoute

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": Receipt, "description": "this key was taken before: the first answer again, for ever"},
    413: refusal("larger than 256 KiB"),
    422: refusal("a field is wrong; nothing is stored"),
    503: refusal("not stored, or not known whether it is: send the same again after Retry-After"),
}


@router.post("/channels/web/contacts", status_code=201, response_model=Receipt, responses=_ANSWERS)
async def take_web_contact(request: Request, form: Annotated[WebContact, Body()]) -> Response:
    """Take a complaint from a page or app. The same contact_key again gets the first answer, whatever it says."""
    return await _take(request, form)


@router.post("/channels/phone/contacts", status_code=201, response_model=Receipt, responses=_ANSWERS)
async def take_phone_contact(request: Request, form: Annotated[PhoneContact, Body()]) -> Response:
    """Take a complaint from a phone call. The same call_id again gets the first answer, whatever it says.

    What is told of the call beside the complaint is kept with the call, as if it had been told apart.
    """
    answer = await _take(request, form)
    if form.model_fields_set & CallFacts.model_fields.keys():
        calls: Calls = request.app.state.calls
        part = CallPart.model_validate(told_of_call(form))
        try:
            await calls.tell(form.provider, form.call_id, as_facts(part))
        except Exception as error:
            if is_transient(error):
                raise _unavailable() from error
            raise
    return answer


_SMS_ANSWERS = _ANSWERS | {
    202: {"model": OffersRefused, "description": "STOP, 退订 and the like: kept, and no complaint"}
}


@router.post("/channels/sms/contacts", status_code=201, response_model=Receipt, responses=_SMS_ANSWERS)
async def take_sms_contact(request: Request, form: Annotated[SmsContact, Body()]) -> Response:
    """Take a complaint by SMS. The same message_id again gets the first answer, whatever it says.

    A message that only refuses offers withdraws the consent and is no complaint; before a complaint it does both.
    """
    refusals: Refusals = request.app.state.refusals
    try:
        heard = await refusals.hear(form)
    except Exception as error:
        if is_transient(error):
            raise _unavailable() from error
        raise
    if isinstance(heard, UUID):
        return Response(
            OffersRefused(customer_id=heard).model_dump_json(), 202, media_type="application/json"
        )
    return await _take(request, heard)


async def _take(request: Request, form: ContactForm) -> Response:
    state = request.app.state
    reader: ContactReader = state.reader
    accepting: GroupCommit[Contact, Accepted] = state.accepting
    try:
        accepted = await accepting.submit(reader.read(form))
    except Exception as error:
        if is_transient(error):
            raise _unavailable() from error
        raise
    return Response(
        to_json(
            {
                "complaint_id": accepted.complaint_id,
                "receipt_number": accepted.receipt_number,
                "outcome": accepted.outcome,
                "status_path": f"/intake/v1/complaints/{accepted.complaint_id}",
                "tracking_path": f"/intake/v1/track/{accepted.tracking_code}",
            }
        ),
        200 if accepted.outcome == ALREADY_KNOWN else 201,
        media_type="application/json",
    )


async def _form(request: Request, form_class: type[ContactForm]) -> ContactForm:
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise HTTPException(415)
    try:
        return form_class.model_validate_json(await request.body())
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        raise RequestValidationError([item | {"loc": ("body", *item["loc"])} for item in wrong]) from error
    except ClientDisconnect as error:
        raise HTTPException(400) from error


def _unavailable() -> UnavailableError:
    return UnavailableError(
        "the contact may not be stored; send the same again, its key keeps it from counting twice",
        "投诉可能尚未保存，请原样重新提交，同一编号不会重复受理",
        headers={"Retry-After": TRY_AGAIN_AFTER},
    )


def _count(form_class: type[ContactForm], refused: Exception) -> None:
    if isinstance(refused, UnavailableError):
        return
    field = "body"
    if isinstance(refused, RequestValidationError):
        location = refused.errors()[0]["loc"]
        field = str(location[1]) if len(location) > 1 else "body"
    elif isinstance(refused, ProblemError):
        field = (refused.field or "body").partition(".")[0]
    metrics.REFUSED.labels(form_class.channel, metrics.field_class(field)).inc()
