"""Decides who is told of a level when somebody who should be told is missing: the next person up."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from shared.events.vocabulary import Role


class Route(NamedTuple):
    """told: the roles that are told, somebody holds each; missing: those asked for that nobody holds."""

    told: tuple[Role, ...]
    missing: tuple[Role, ...]

    @property
    def is_unroutable(self) -> bool:
        """Whether nobody at all was found."""
        return not self.told


def next_up(wanted: Sequence[Role], held: Collection[Role], chain: Sequence[Role], depth: int) -> Route:
    """Section 5: for a role that nobody holds the next one up the chain is told, at most `depth` roles tried each."""
    told: list[Role] = []
    for role in wanted:
        above = chain[chain.index(role) :] if role in chain else (role,)
        found = next((one for one in above[:depth] if one in held), None)
        if found is not None and found not in told:
            told.append(found)
    return Route(tuple(told), tuple(role for role in wanted if role not in held))
