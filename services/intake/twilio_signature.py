"""Checks X-Twilio-Signature: made over the address that Twilio was told to call and every field of the form."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit, urlunsplit

from .provider_accounts import ProviderAccount
from .provider_payload import PayloadError, Posted


def is_signed(posted: Posted, account: ProviderAccount) -> bool:
    """True if one of the account's secrets made the signature. There is no time in it: keys stop a replay."""
    given = posted.headers.get("x-twilio-signature", "")
    try:
        fields = posted.form() if posted.media_type == "application/x-www-form-urlencoded" else []
    except PayloadError:
        return False
    if "bodySHA256=" in posted.query and not _body_fits(posted):
        return False
    matches = False
    for url in _with_and_without_port(posted.url):
        for secret in account.secrets:
            matches |= hmac.compare_digest(_signature(secret, url, fields).encode(), given.encode())
    return matches


def _signature(secret: str, url: str, fields: Sequence[tuple[str, str]]) -> str:
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def _body_fits(posted: Posted) -> bool:
    told = parse_qs(posted.query).get("bodySHA256", [""])[0]
    return hmac.compare_digest(hashlib.sha256(posted.body).hexdigest().encode(), told.lower().encode())


def _with_and_without_port(url: str) -> list[str]:
    """Both are tried, because Twilio is not consistent about standard ports."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return [urlunsplit(parts._replace(netloc=place)) for place in (host, f"{host}:{port}")]
