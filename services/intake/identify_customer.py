"""Decides which customer a contact comes from: by the operator's id, else by account, phone, e-mail."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID


class CustomerKeys(NamedTuple):
    """What a contact says about who it comes from, each as `<kind>:<value>`, the strongest first."""

    external: str | None
    others: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every key, the strongest first."""
        return (self.external, *self.others) if self.external else self.others


class KnownKeys:
    """Who holds which key at this moment. Contacts are looked up in the order of their arrival.

    holders: customer by key; a key that was new is held by the newcomer of the contact that brought it first.
    with_external: customers that have an id in the operator's systems.
    moved: keys that belong to another customer than `holders` said at first.
    """

    def __init__(self, holders: dict[str, UUID], with_external: set[UUID]) -> None:
        self.holders = holders
        self.with_external = with_external
        self.moved: dict[str, UUID] = {}

    def identify(self, keys: CustomerKeys, newcomer: UUID) -> UUID:
        """The customer behind these keys; `newcomer` if none of them was known.

        A customer seen by phone or e-mail only gets an external id with the first contact that tells one. A
        phone that two customers of the operator share stays with the first of them.
        """
        customer = self._known(keys, newcomer) or newcomer
        for key in keys.all:
            if self.holders[key] == newcomer != customer:
                self.holders[key] = self.moved[key] = customer
        if keys.external:
            self.with_external.add(customer)
        return customer

    def _known(self, keys: CustomerKeys, newcomer: UUID) -> UUID | None:
        if keys.external:
            holder = self.holders[keys.external]
            if holder != newcomer:
                return holder
        return self._first_other(keys.others, newcomer, without_external=keys.external is not None)

    def _first_other(self, keys: Sequence[str], newcomer: UUID, *, without_external: bool) -> UUID | None:
        for key in keys:
            holder = self.holders[key]
            if holder != newcomer and not (without_external and holder in self.with_external):
                return holder
        return None
