"""Decides from what the clients saw and what every service holds whether a complaint was lost or doubled. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

FIRST_PROMISES = ("ACK", "CONTACT", "SOLVE", "UPDATE")
"""What everybody is promised; a regulator's clocks and the like may run beside."""
SUPERIOR = "SUPERIOR"
"""A customer may call for one once, in whatever round."""
ENDED = frozenset({"SENT", "UNKNOWN", "SKIPPED", "FAILED"})


@dataclass
class History:
    """What the clients saw.

    acknowledged: contact key → the complaint id in the answer, for every 2xx; unknown: keys that were sent and
    got no answer, or 503: they may have become a complaint or not.
    """

    acknowledged: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    contradicted: list[str] = field(default_factory=list)

    def answered(self, key: str, complaint_id: str) -> None:
        """Note a 2xx answer; the same key must get the same complaint every time."""
        before = self.acknowledged.setdefault(key, complaint_id)
        if before != complaint_id:
            self.contradicted.append(f"{key} was answered with {before} and with {complaint_id}")
        self.unknown.discard(key)

    def unanswered(self, key: str) -> None:
        """Note a request without an answer."""
        if key not in self.acknowledged:
            self.unknown.add(key)


@dataclass(frozen=True)
class Place:
    """A journal entry: its publisher's `sequence`-th about `subject`."""

    subject: str
    sequence: int
    event_id: str


@dataclass(frozen=True)
class Holdings:
    """What the services hold at the end.

    contacts: (contact key, complaint id) in intake; complaints: per service, every complaint id it holds, as often
    as it does; promises: (complaint id, kind with its clock, round) in sla; intents: (complaint id, kind, role, told
    of, state) in notify; journals: per service; applied: per service and subject, the last sequence per publisher;
    hears: which publishers a service hears; outbox, held: rows per service.
    """

    contacts: list[tuple[str, str]]
    complaints: Mapping[str, list[str]]
    promises: list[tuple[str, str, int]]
    intents: list[tuple[str, str, str, str, str]]
    journals: Mapping[str, list[Place]]
    applied: Mapping[str, Mapping[str, Mapping[str, int]]]
    hears: Mapping[str, frozenset[str]]
    outbox: Mapping[str, int]
    held: Mapping[str, int]


def violations(history: History, holdings: Holdings) -> list[str]:
    """Every broken promise, one line each; empty if nothing was lost or doubled."""
    return [
        *history.contradicted,
        *_contacts(history, holdings),
        *_complaints(holdings),
        *_promises(holdings),
        *_intents(holdings),
        *_sequences(holdings),
        *_applied(holdings),
        *(f"{name} still has {rows} events in its outbox" for name, rows in holdings.outbox.items() if rows),
        *(f"{name} still holds {rows} events" for name, rows in holdings.held.items() if rows),
    ]


def _contacts(history: History, holdings: Holdings) -> Iterable[str]:
    by_key: dict[str, list[str]] = defaultdict(list)
    for key, complaint_id in holdings.contacts:
        by_key[key].append(complaint_id)
    for key, complaint_id in history.acknowledged.items():
        if by_key[key] != [complaint_id]:
            yield f"{key} was acknowledged as {complaint_id}, intake holds {by_key[key] or 'nothing'}"
    for key in history.unknown:
        if len(by_key[key]) > 1:
            yield f"{key} got no answer and became {len(by_key[key])} complaints"
    sent = history.acknowledged.keys() | history.unknown
    for key in by_key.keys() - sent:
        if by_key[key]:
            yield f"intake holds {key}, which nobody sent"


def _complaints(holdings: Holdings) -> Iterable[str]:
    accepted = Counter(holdings.complaints["intake"])
    for name, ids in holdings.complaints.items():
        found = Counter(ids)
        for complaint_id in accepted.keys() - found.keys():
            yield f"{complaint_id} is lost: {name} does not hold it"
        for complaint_id in found.keys() - accepted.keys():
            yield f"{complaint_id} is in {name} and not in intake"
        for complaint_id, times in found.items():
            if times > 1:
                yield f"{complaint_id} is doubled: {name} holds it {times} times"


def _promises(holdings: Holdings) -> Iterable[str]:
    made: dict[str, list[str]] = defaultdict(list)
    for complaint_id, kind, round_ in holdings.promises:
        if round_ == 1:
            made[complaint_id].append(kind)
    for complaint_id in set(holdings.complaints["intake"]):
        if tuple(sorted(kind for kind in made[complaint_id] if kind in FIRST_PROMISES)) != FIRST_PROMISES:
            yield f"{complaint_id} was promised {sorted(made[complaint_id])}"
    for promise, times in Counter(holdings.promises).items():
        if times > 1:
            yield f"the promise {promise} was made {times} times"
    called = Counter(complaint_id for complaint_id, kind, _ in holdings.promises if kind == SUPERIOR)
    for complaint_id, times in called.items():
        if times > 1:
            yield f"a superior was called {times} times about {complaint_id}"


def _intents(holdings: Holdings) -> Iterable[str]:
    for intent, times in Counter(intent[:4] for intent in holdings.intents).items():
        if times > 1:
            yield f"the message {intent} was meant {times} times"
    receipts = Counter(intent[0] for intent in holdings.intents if intent[1] == "RECEIPT")
    for complaint_id in set(holdings.complaints["intake"]):
        if receipts[complaint_id] != 1:
            yield f"{complaint_id} has {receipts[complaint_id]} receipts"
    for message in holdings.intents:
        if message[4] not in ENDED:
            yield f"the message {message} is neither sent, unknown, skipped nor failed"


def _sequences(holdings: Holdings) -> Iterable[str]:
    for name, journal in holdings.journals.items():
        by_subject: dict[str, list[int]] = defaultdict(list)
        for place in journal:
            by_subject[place.subject].append(place.sequence)
        for subject, sequences in by_subject.items():
            if sequences != list(range(1, len(sequences) + 1)):
                yield f"{name} published about {subject} in the order {sequences}"
        for event_id, times in Counter(place.event_id for place in journal).items():
            if times > 1:
                yield f"{name} has the event {event_id} {times} times in its journal"


def _applied(holdings: Holdings) -> Iterable[str]:
    published: dict[str, Counter[str]] = {
        name: Counter(place.subject for place in journal) for name, journal in holdings.journals.items()
    }
    for name, publishers in holdings.hears.items():
        for publisher in publishers:
            for subject, count in published[publisher].items():
                applied = holdings.applied[name].get(subject, {}).get(publisher, 0)
                if applied != count:
                    yield f"{name} applied {applied} of {count} events of {publisher} about {subject}"
