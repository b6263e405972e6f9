"""Decides whether a complaint was lost or made up on its way, by sets of ids and never by totals."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from .rejects import Reason
from .tally import Tally


class Place(StrEnum):
    """Where every complaint must arrive. The value is the service that tells."""

    RECEIVED = "intake"
    OWNED = "routing"
    PROMISED = "sla"
    ACKNOWLEDGED = "notify"


class Finding(StrEnum):
    """What can be wrong.

    A row that was refused is accounted for, a row at which intake failed again and again is not. FAILED and
    UNKNOWN receipts were called for, but nobody can say they arrived.
    """

    ROWS_UNACCOUNTED = "ROWS_UNACCOUNTED"
    ROWS_FAILED = "ROWS_FAILED"
    CREATED_TWICE = "CREATED_TWICE"
    NOT_RECEIVED = "NOT_RECEIVED"
    NOT_OWNED = "NOT_OWNED"
    NOT_PROMISED = "NOT_PROMISED"
    NOT_ACKNOWLEDGED = "NOT_ACKNOWLEDGED"
    RECEIPT_FAILED = "RECEIPT_FAILED"
    RECEIPT_UNKNOWN = "RECEIPT_UNKNOWN"
    OWNED_BUT_NEVER_RECEIVED = "OWNED_BUT_NEVER_RECEIVED"
    PROMISED_BUT_NEVER_RECEIVED = "PROMISED_BUT_NEVER_RECEIVED"
    ACKNOWLEDGED_BUT_NEVER_RECEIVED = "ACKNOWLEDGED_BUT_NEVER_RECEIVED"


class Difference(NamedTuple):
    """Something that is wrong, with the complaints it is wrong about."""

    finding: Finding
    total: int
    ids: tuple[UUID, ...]


_MISSING = {
    Place.RECEIVED: Finding.NOT_RECEIVED,
    Place.OWNED: Finding.NOT_OWNED,
    Place.PROMISED: Finding.NOT_PROMISED,
    Place.ACKNOWLEDGED: Finding.NOT_ACKNOWLEDGED,
}
_MADE_UP = {
    Place.OWNED: Finding.OWNED_BUT_NEVER_RECEIVED,
    Place.PROMISED: Finding.PROMISED_BUT_NEVER_RECEIVED,
    Place.ACKNOWLEDGED: Finding.ACKNOWLEDGED_BUT_NEVER_RECEIVED,
}
_NO_RECEIPT = {"FAILED": Finding.RECEIPT_FAILED, "UNKNOWN": Finding.RECEIPT_UNKNOWN}


class Ledger:
    """Where the complaints of a file were seen; it holds what is not seen yet, so it shrinks as it is filled.

    span: the first and the last complaint that this replay created. made_up: seen between these two
    elsewhere, but not in intake. without_trouble: of which intake says that their words tell of nothing that
    went wrong, so that they may be no complaints; kinds: what kind of case it took each for.
    """

    def __init__(self, complaints: Collection[UUID], created: Collection[UUID] = ()) -> None:
        self._complaints = complaints
        self.span = (min(created), max(created)) if created else None
        self.missing: Mapping[Place, set[UUID]] = {place: set(complaints) for place in Place}
        self.made_up: Mapping[Place, set[UUID]] = {place: set() for place in _MADE_UP}
        self.undelivered: dict[UUID, Finding] = {}
        self.sent = 0
        self.without_trouble = 0
        self.kinds: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def saw(self, place: Place, item: Mapping[str, Any]) -> None:
        """Take in one item of a service's list. Raises KeyError or ValueError if it is no such item."""
        complaint_id = UUID(item["complaint_id"])
        if complaint_id in self._complaints:
            if complaint_id in self.missing[place] and self._arrived(place, complaint_id, item):
                self.missing[place].discard(complaint_id)
        elif place is Place.RECEIVED:
            for made_up in self.made_up.values():
                made_up.discard(complaint_id)
        elif self.span and self.span[0] <= complaint_id <= self.span[1]:
            self.made_up[place].add(complaint_id)

    def waits_for(self, place: Place) -> set[UUID]:
        """What may still arrive there; an undelivered receipt stays undelivered."""
        missing = self.missing[place]
        return missing - self.undelivered.keys() if place is Place.ACKNOWLEDGED else missing

    def arrived(self, place: Place) -> int:
        """How many of the file's complaints arrived there."""
        return len(self._complaints) - len(self.missing[place])

    def _arrived(self, place: Place, complaint_id: UUID, item: Mapping[str, Any]) -> bool:
        if place is Place.OWNED:
            return bool(item["owner_id"])
        if place is Place.PROMISED:
            promises: Mapping[str, int] = item["promises"]
            return bool(promises) and all(promises.values())
        if place is Place.ACKNOWLEDGED:
            return self._told(complaint_id, item["state"], item["reason"])
        self.without_trouble += item.get("tells_of_trouble") is False
        self.kinds[item.get("kind") or "COMPLAINT"] += 1
        return True

    def _told(self, complaint_id: UUID, state: str, reason: str | None) -> bool:
        if state in _NO_RECEIPT:
            self.undelivered[complaint_id] = _NO_RECEIPT[state]
        elif state == "SENT":
            self.sent += 1
        elif state == "SKIPPED" and reason:
            self.skipped[reason] += 1
        else:
            return False
        return state not in _NO_RECEIPT


def differences(tally: Tally, ledger: Ledger) -> list[Difference]:
    """Everything that does not balance; empty if every row and every complaint is accounted for."""
    found = []
    if tally.unanswered:
        found.append(Difference(Finding.ROWS_UNACCOUNTED, abs(tally.unanswered), ()))
    if failed := tally.rejected[Reason.FAILED_IN_INTAKE]:
        found.append(Difference(Finding.ROWS_FAILED, failed, ()))
    sets: list[tuple[Finding, Iterable[UUID]]] = [(Finding.CREATED_TWICE, tally.created_twice)]
    sets += [(_MISSING[place], ledger.waits_for(place)) for place in Place]
    for finding in _NO_RECEIPT.values():
        sets.append((finding, (one for one, what in ledger.undelivered.items() if what is finding)))
    sets += [(_MADE_UP[place], ids) for place, ids in ledger.made_up.items()]
    for finding, ids in sets:
        if ordered := tuple(sorted(ids)):
            found.append(Difference(finding, len(ordered), ordered))
    return found
