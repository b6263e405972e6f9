"""The doors that providers call. Their address ends in a token; whoever does not know one finds nothing there."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, HTTPException, Path, Request
from fastapi.responses import Response
from pydantic import Field
from pydantic_core import to_json

from shared.bus.transience import is_transient
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.paging import After, Limit
from shared.runtime.service import service_router
from shared.runtime.strict_json import CleanText, StrictBody

from . import metrics
from .alibaba_sms import AlibabaSms
from .amazon_connect import AmazonConnect
from .calls import Calls
from .freeswitch_cdr import FreeswitchCdr
from .kannel_sms import KannelSms
from .parked_payloads import ParkedPayloads
from .provider_accounts import Accounts, ProviderAccount
from .provider_payload import PayloadError, PhoneProvider, Posted, Provider, SmsProvider
from .take_messages import MessageTaker
from .tencent_sms import TencentSms
from .twilio_sms import TwilioSms
from .twilio_voice import TwilioVoice
from .visits import check
from .vonage_sms import VonageSms

SMS: dict[str, SmsProvider] = {
    "alibaba-sms": AlibabaSms(),
    "kannel-sms": KannelSms(),
    "tencent-sms": TencentSms(),
    "twilio-sms": TwilioSms(),
    "vonage-sms": VonageSms(),
}

PHONE: dict[str, PhoneProvider] = {
    "amazon-connect": AmazonConnect(),
    "freeswitch-cdr": FreeswitchCdr(),
    "twilio-voice": TwilioVoice(),
}
PROVIDERS: dict[str, Provider] = {**SMS, **PHONE}

router = service_router("intake", tags=["providers"])

Kind = Annotated[str, Path(max_length=40)]
Token = Annotated[str, Path(max_length=200)]
_NOTHING_HERE = "there is no such thing here"


class DropBody(StrictBody):
    """Who drops a parked payload."""

    by: Annotated[CleanText, Field(min_length=1, max_length=100)]


@router.get("/providers/{kind}/{token}", summary="A provider tells of a message, by GET")
async def told_by_get(kind: Kind, token: Token, request: Request) -> Response:
    """Kannel, and Vonage if it is set so."""
    return await _told(kind, token, request)


@router.post("/providers/{kind}/{token}", summary="A provider tells of messages")
async def told_by_post(kind: Kind, token: Token, request: Request) -> Response:
    """Alibaba Cloud, Twilio, Vonage. What cannot be read is parked, and answered as if it could."""
    return await _told(kind, token, request)


@router.get("/parked", tags=["parked"], summary="Payloads that could not be read, by id")
async def parked_payloads(request: Request, after: After = None, limit: Limit = 100) -> Response:
    """Which account sent them and what is wrong with them."""
    parked: ParkedPayloads = request.app.state.parked
    return _json(await parked.page(after, limit))


@router.get("/parked/{parked_id}", tags=["parked"], summary="One payload that could not be read")
async def parked_payload(parked_id: UUID, request: Request) -> Response:
    """With what it says, as long as nobody has retried or dropped it with success."""
    row, posted = await _find(request, parked_id)
    shown = None
    if posted:
        body = posted.body.decode(errors="replace")
        shown = {"method": posted.method, "query": posted.query, "body": body}
    return _json(row | {"payload": shown})


@router.post("/parked/{parked_id}/retry", tags=["parked"], summary="Read a parked payload again")
async def retry_parked(parked_id: UUID, request: Request) -> Response:
    """After the adapter or the account was mended. 409 if it still cannot be read."""
    row, posted = await _find(request, parked_id)
    parked: ParkedPayloads = request.app.state.parked
    accounts: Accounts = request.app.state.accounts
    account = accounts.named(row["kind"], row["provider"])
    if posted is None or account is None:
        raise ConflictError("it was settled before, or its account is gone", "已处理，或其账户已不存在")
    try:
        await _take_again(request, account, posted)
    except PayloadError as error:
        await parked.tried(parked_id, str(error))
        raise ConflictError("it still cannot be read", "仍无法读取", field=str(error)) from error
    await parked.settle(parked_id, "TAKEN", "retry")
    return _json({"parked_id": parked_id, "state": "TAKEN"})


@router.post("/parked/{parked_id}/drop", tags=["parked"], summary="Give a parked payload up")
async def drop_parked(parked_id: UUID, body: Annotated[DropBody, Body()], request: Request) -> Response:
    """What it says is deleted; that it came, and who dropped it, stays."""
    parked: ParkedPayloads = request.app.state.parked
    await _find(request, parked_id)
    if not await parked.settle(parked_id, "DROPPED", body.by):
        raise ConflictError("it was settled before", "此前已处理")
    return _json({"parked_id": parked_id, "state": "DROPPED"})


async def _told(kind: str, token: str, request: Request) -> Response:
    account = _account(kind, token, request)
    posted = Posted(request.method, _public_url(request), request.headers, await request.body())
    provider = PROVIDERS[account.kind]
    if not provider.is_genuine(posted, account):
        metrics.FROM_PROVIDERS.labels(account.kind, "refused").inc()
        raise HTTPException(403)
    try:
        await _take(request, account, posted)
    except Exception as error:
        if not is_transient(error):
            raise
        metrics.FROM_PROVIDERS.labels(account.kind, "failed").inc()
        return provider.not_taken()
    return provider.taken()


async def _take(request: Request, account: ProviderAccount, posted: Posted) -> None:
    state = request.app.state
    if account.kind in SMS:
        messages: MessageTaker = state.messages
        await messages.take(SMS[account.kind], account, posted)
        return
    outcome = "taken"
    try:
        await _take_again(request, account, posted)
    except PayloadError as error:
        outcome = "parked"
        if not await state.parked.park(account, posted, str(error)):
            return  # the same was parked, and counted, before
    metrics.FROM_PROVIDERS.labels(account.kind, outcome).inc()


async def _take_again(request: Request, account: ProviderAccount, posted: Posted) -> None:
    """Store what it says, or raise PayloadError."""
    messages: MessageTaker = request.app.state.messages
    calls: Calls = request.app.state.calls
    if account.kind in SMS:
        await messages.read_again(SMS[account.kind], account, posted)
    else:
        await calls.take(PHONE[account.kind], account, posted)


def _account(kind: str, token: str, request: Request) -> ProviderAccount:
    accounts: Accounts = request.app.state.accounts
    account = accounts.find(kind, token)
    host = request.client.host if request.client else None
    if account is None or not account.may_come_from(host):
        check(request, "guesses")
        raise NotFoundError(_NOTHING_HERE, "没有找到")
    return account


def _public_url(request: Request) -> str:
    """The address as the provider knows it, which no header of the request can change."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.app.state.public_url.rstrip('/')}{request.url.path}{query}"


async def _find(request: Request, parked_id: UUID) -> tuple[dict[str, Any], Posted | None]:
    parked: ParkedPayloads = request.app.state.parked
    found = await parked.find(parked_id)
    if found is None:
        raise NotFoundError("this payload is not known", "没有这条内容")
    return found


def _json(content: Any) -> Response:
    return Response(to_json(content), media_type="application/json")
