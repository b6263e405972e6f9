"""The port to whoever carries messages to people."""

from typing import NamedTuple, Protocol
from uuid import UUID

from .judge_outcome import Outcome


class Letter(NamedTuple):
    """A message as the provider gets it; `intent_id` is the idempotency key, `to` the address in clear."""

    intent_id: UUID
    channel: str
    to: str
    text: str
    language: str
    kind: str


class Sender(Protocol):
    """Hands letters to one provider. `name` is told with what became of them."""

    name: str

    async def hand_over(self, letter: Letter) -> Outcome:
        """Hand one letter over and say what it came to; never raises for what a provider or a disk can do."""
        ...

    async def close(self) -> None:
        """Release connections and files."""
        ...
