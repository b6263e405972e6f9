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
    """Why the message is skipped, None if it is to be sent. `served`: channels that have a sender."""
    if overtaken:
        return SkipReason.OVERTAKEN
    if channel is None or address is Address.MISSING:
        return SkipReason.NO_ADDRESS
    if address is Address.UNREADABLE:
        return SkipReason.ADDRESS_UNREADABLE
    return None if channel in served else SkipReason.CHANNEL_NOT_SERVED
