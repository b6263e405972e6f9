"""Reads the accounts at SMS and phone providers from a TOML file, and finds the one a request is for."""

import hmac
import tomllib
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shared.runtime.settings import SettingsError

Kind = Literal[
    "alibaba-sms",
    "tencent-sms",
    "twilio-sms",
    "vonage-sms",
    "kannel-sms",
    "twilio-voice",
    "freeswitch-cdr",
    "amazon-connect",
]
Token = Annotated[str, Field(min_length=32, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]


class AccountsError(SettingsError):
    """The file cannot be used; the message is one line that says where and why, without any secret."""


class ProviderAccount(BaseModel):
    """One account at one provider.

    name: what its contacts are filed under; never change it, or what comes again is not known again.
    tokens: the last part of the address the provider calls; two while one replaces the other.
    secrets: the provider's signing secrets, the same way; needed where the provider signs.
    addresses: networks its requests may come from; any if empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]+$")]
    kind: Kind
    tokens: Annotated[tuple[Token, ...], Field(min_length=1, max_length=2)]
    secrets: Annotated[tuple[str, ...], Field(max_length=2)] = ()
    signature: Literal["md5hash", "md5", "sha1", "sha256", "sha512"] = "md5hash"
    addresses: tuple[IPv4Network | IPv6Network, ...] = ()
    zone: str = "Asia/Shanghai"

    @field_validator("addresses", mode="before")
    @classmethod
    def _networks(cls, value: Sequence[str]) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(one) for one in value)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    def may_come_from(self, host: str | None) -> bool:
        """True if no addresses are listed, or this one is within them."""
        if not self.addresses:
            return True
        try:
            address = ip_address(host or "")
        except ValueError:
            return False
        return any(address in network for network in self.addresses)


class Accounts:
    """All accounts of an installation."""

    def __init__(self, accounts: Sequence[ProviderAccount] = ()) -> None:
        names = [account.name for account in accounts]
        tokens = [token for account in accounts for token in account.tokens]
        if len(set(names)) < len(names):
            raise AccountsError("two accounts have one name")
        if len(set(tokens)) < len(tokens):
            raise AccountsError("a token is used twice")
        self._accounts = tuple(accounts)

    def find(self, kind: str, token: str) -> ProviderAccount | None:
        """The account with this token. Takes as long for a wrong token as for a right one."""
        found = None
        for account in self._accounts:
            for known in account.tokens:
                if hmac.compare_digest(known.encode(), token.encode()) and account.kind == kind:
                    found = account
        return found

    def named(self, kind: str, name: str) -> ProviderAccount | None:
        """The account of this name."""
        fitting = (a for a in self._accounts if a.kind == kind and a.name == name)
        return next(fitting, None)


def load_accounts(path: Path | None) -> Accounts:
    """The accounts in a file of [[account]] tables; none without a file. Raises AccountsError."""
    if path is None:
        return Accounts()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AccountsError(f"{path}: {error}") from error
    tables = document.get("account", [])
    if document.keys() - {"account"} or not isinstance(tables, list):
        raise AccountsError(f"{path}: there may only be [[account]] tables")
    read = []
    for number, table in enumerate(tables, 1):
        try:
            read.append(ProviderAccount.model_validate(table))
        except (ValidationError, KeyError) as error:
            place = ""
            if isinstance(error, ValidationError):
                place = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise AccountsError(f"{path}: account {number}: {place or 'zone'} is not right") from None
    return Accounts(read)
