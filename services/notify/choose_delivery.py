"""Decides whether a message can be handed over at all, or why it is skipped."""

from collections.abc import Collection
from enum import Enum, auto

from shared.events.vocabulary import Channel, SkipReason


class Address(Enum):
    """What is known of a person's address."""

    MISSING = auto()
    UNREADABLE = auto()
    READABLE = auto()


def choose_delivery(
    channel: Channel | None, address: Address, served: Collection[Channel], *, overtaken: bool
) -> SkipReason | None:
    """Why the message is skipped, None if it is to be sent. `served`: channels that have a sender.

    What no later event can change is asked first, so that the reason is the same whether the event that
    overtakes the message is heard before or after the one that calls for it.
    """
    if channel is None or address is Address.MISSING:
        return SkipReason.NO_ADDRESS
    if address is Address.UNREADABLE:
        return SkipReason.ADDRESS_UNREADABLE
    if channel not in served:
        return SkipReason.CHANNEL_NOT_SERVED
    return SkipReason.OVERTAKEN if overtaken else None
