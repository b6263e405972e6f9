"""What sla does when it hears of a complaint, and of what keeps its promises or makes them needless."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events.routing import OwnerChanged, OwnerNamed

from .addressees import note_owners
from .calendar_store import Timekeeper
from .hear_beginnings import beginnings
from .hear_changes import changes
from .hear_endings import endings
from .hear_handling import handling
from .hear_pauses import pauses_of_handling
from .policy import SlaPolicy


def reactions(policy: SlaPolicy, keeper: Timekeeper) -> Reactions:
    """What to do on which event about a complaint, its owner and its customer."""
    return {
        **beginnings(policy, keeper),
        **handling(policy, keeper),
        **endings(policy, keeper),
        **pauses_of_handling(policy, keeper),
        **changes(policy, keeper),
        OwnerNamed: note_owners,
        OwnerChanged: note_owners,
    }


def in_turn(*tables: Reactions) -> Reactions:
    """One table of reactions from several; where two react to the same event, one does after the other."""
    merged: dict[Any, Any] = {}
    for kind, react in (item for table in tables for item in table.items()):
        merged[kind] = partial(_one_after_the_other, merged[kind], react) if kind in merged else react
    return merged


async def _one_after_the_other(first: Any, second: Any, tx: Transaction, events: Sequence[Any]) -> None:
    await first(tx, events)
    await second(tx, events)
