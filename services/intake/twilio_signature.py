"""Checks X-Twilio-Signature: made over the address that Twilio was told to call and every field of the form."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from .provider_accounts import ProviderAccount
from .provider_payload import PayloadError, Posted

_HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
"""An account token signs by the first, a shared key by the one that the settings header names."""


def is_signed(posted: Posted, account: ProviderAccount) -> bool:
    """True if one of the account's secrets made the signature. There is no time in it: keys stop a replay."""
    given = posted.headers.get("x-twilio-signature", "")
    made_by = _HASHES.get(_algorithm(posted))
    if made_by is None:
        return False
    try:
        fields = posted.form() if posted.media_type == "application/x-www-form-urlencoded" else []
    except PayloadError:
        return False
    if "bodySHA256=" in posted.query and not _body_fits(posted):
        return False
    matches = False
    for url in _with_and_without_port(posted.url):
        for secret in account.secrets:
            matches |= hmac.compare_digest(_signature(secret, url, fields, made_by).encode(), given.encode())
    return matches


def _algorithm(posted: Posted) -> str:
    """As in `key=webhooks_sharedkey_…,algorithm=HMAC_SHA256`."""
    for part in posted.headers.get("x-twilio-webhooks-signature-settings", "").split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip():
            return value.strip().upper()
    return "HMAC_SHA1"


def _signature(secret: str, url: str, fields: Sequence[tuple[str, str]], made_by: Any) -> str:
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    mac = hmac.new(secret.encode(), signed.encode(), made_by)
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
