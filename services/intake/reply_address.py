"""Decides where a customer is answered, and how that address may be shown."""

from typing import NamedTuple

from shared.events.vocabulary import Channel


class ReplyAddress(NamedTuple):
    """A mobile number in E.164 for SMS, or an e-mail address."""

    channel: Channel
    address: str


def choose_reply(
    mobile: str | None, email: str | None, preferred: Channel | None = None
) -> ReplyAddress | None:
    """SMS to a mobile, else e-mail, else nothing: short codes, sender names, hidden callers get no answer.

    Who prefers e-mail and has an address gets e-mail.
    """
    if mobile and not (email and preferred is Channel.EMAIL):
        return ReplyAddress(Channel.SMS, mobile)
    if email:
        return ReplyAddress(Channel.EMAIL, email)
    return None


def masked(address: str) -> str:
    """The address as it may be shown: +86138****8000, z***@example.com."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    if len(address) < 11:
        return f"{address[:3]}****{address[-2:]}"
    return f"{address[:-8]}****{address[-4:]}"
