"""Finds where a person in a role is reached about a complaint; addresses stay sealed until the hand-over."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from shared.events.vocabulary import Channel, Role
from shared.runtime.sealing import CannotOpenError, Sealer

from .choose_delivery import Address
from .notice import Where

_COLUMNS = {
    Role.CUSTOMER: ("reply_channel", "reply_to"),
    Role.OWNER: ("staff_channel", "owner_reply_to"),
    Role.TEAM_LEAD: ("staff_channel", "lead_reply_to"),
    Role.MANAGER: ("manager_channel", "manager_reply_to"),
    Role.COORDINATOR: ("coordinator_channel", "coordinator_reply_to"),
}


class Reach(NamedTuple):
    """How a person is reached: the sealed address, what may be shown of it, and whether it can be opened."""

    channel: Channel | None
    reply_to: str | None
    hint: str | None
    address: Address


def find_address(
    sealer: Sealer,
    complaint: Mapping[str, Any],
    role: Role,
    must_open: Iterable[str | None] = (),
    where: Where | None = None,
) -> Reach:
    """Where to send a message about this row of `complaint`; `where` goes before what is known of the role.

    What else is sealed and needed, as a link, must open as the address must.
    """
    if where is None:
        channel_column, address_column = _COLUMNS[role]
        where = Where(complaint[channel_column], complaint[address_column])
    channel = Channel(where.channel) if where.channel else None
    sealed, subject = where.reply_to, str(complaint["complaint_id"])
    hint = complaint["address_hint"] if role is Role.CUSTOMER else None
    if sealed is None:
        return Reach(channel, None, hint, Address.MISSING)
    try:
        clear = sealer.open(sealed, subject).strip()
        for other in must_open:
            if other is not None:
                sealer.open(other, subject)
    except CannotOpenError:
        return Reach(channel, sealed, hint, Address.UNREADABLE)
    address = Address.READABLE if clear else Address.MISSING
    return Reach(channel, sealed, hint or mask_address(clear), address)


def mask_address(clear: str) -> str:
    """What may be shown of an address: a***@example.com, or the last two digits of a number."""
    name, at, domain = clear.rpartition("@")
    return f"{name[:1]}***@{domain}" if at else f"****{clear[-2:]}"
