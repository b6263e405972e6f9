"""Providers as they call intake: accounts with tokens and secrets, and fixtures that are sent byte for byte."""

import json
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import httpx
from twilio.request_validator import RequestValidator

from tests.service_under_test import ServiceUnderTest, StartService

FIXTURES = Path(__file__).parent / "providers"
PUBLIC_URL = "https://complaints.example.com"
SECRET = "0123456789abcdef0123456789abcdef"
SMS_KINDS = ("alibaba-sms", "tencent-sms", "twilio-sms", "vonage-sms", "kannel-sms")
KINDS = (
    "alibaba-sms",
    "tencent-sms",
    "twilio-sms",
    "vonage-sms",
    "kannel-sms",
    "twilio-voice",
    "freeswitch-cdr",
    "amazon-connect",
)
TOKENS = {kind: f"{kind}-{'x' * 32}" for kind in KINDS}


class Request(NamedTuple):
    """What a provider sends."""

    kind: str
    method: str
    query: str
    headers: dict[str, str]
    body: bytes

    def saying(self, old: str, new: str) -> "Request":
        """The same with another word in it."""
        body = self.body.replace(old.encode(), new.encode())
        return self._replace(query=self.query.replace(old, new), body=body)


def fixture(kind: str, variant: str = "") -> Request:
    """The request in a provider's file, or in the one of a variant of it."""
    name = kind.replace("-", "_") + (f".{variant}" if variant else "")
    head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\n\n")
    lines = [line for line in head.decode().splitlines() if not line.startswith("#")]
    method, _, query = lines[0].partition(" ")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    return Request(kind, method, query, headers, body.removesuffix(b"\n"))


def account(kind: str, **changes: Any) -> str:
    """One [[account]] table."""
    facts: dict[str, Any] = {"name": f"{kind}-1", "kind": kind, "tokens": [TOKENS[kind]]}
    if kind.startswith("twilio"):
        facts["secrets"] = [SECRET]
    return "[[account]]\n" + "".join(
        f"{key} = {json.dumps(value)}\n" for key, value in (facts | changes).items()
    )


async def intake_for(
    start: StartService, tmp_path: Path, *accounts: str, policy: str = ""
) -> ServiceUnderTest:
    """Intake with these accounts."""
    file = tmp_path / "accounts.toml"
    file.write_text("\n".join(accounts), encoding="utf-8")
    return await start("intake", policy, accounts_file=file, public_url=PUBLIC_URL)


def signed(request: Request, path: str, secret: str = SECRET) -> dict[str, str]:
    """Twilio's header, made by Twilio's own library."""
    url = PUBLIC_URL + path + (f"?{request.query}" if request.query else "")
    fields = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    return {"X-Twilio-Signature": RequestValidator(secret).compute_signature(url, fields)}


async def call(
    intake: ServiceUnderTest, request: Request, token: str | None = None, **headers: str
) -> httpx.Response:
    """Send it as the provider does."""
    path = f"/intake/v1/providers/{request.kind}/{token or TOKENS[request.kind]}"
    if request.kind.startswith("twilio") and "X-Twilio-Signature" not in headers:
        headers |= signed(request, path)
    url = path + (f"?{request.query}" if request.query else "")
    return await intake.client.request(
        request.method, url, content=request.body, headers=request.headers | headers
    )


def is_a_yes(kind: str, answer: Any) -> bool:
    """Whether an SMS provider takes this answer for a yes."""
    if kind == "alibaba-sms":
        return (answer.status_code, answer.text) == (200, '{"code":0,"msg":"接收成功"}')
    if kind == "tencent-sms":
        return (answer.status_code, answer.text) == (200, '{"result":0,"errmsg":"OK"}')
    if kind == "twilio-sms":
        empty = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
        return (answer.text, answer.headers["content-type"]) == (empty, "text/xml; charset=utf-8")
    return answer.status_code == 200 and answer.text == ""
