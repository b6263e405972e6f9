"""Stores each message that a fact calls for, once, with its text, or with the reason why it is not sent."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import text
from uuid_utils.compat import uuid7

from shared.bus.unit_of_work import Transaction
from shared.events import Envelope, Event
from shared.events.notify import MessageSkipped
from shared.events.vocabulary import Channel, Language, MessageKind, Role, SkipReason
from shared.runtime.sealing import Sealer

from .addresses import find_address
from .choose_delivery import choose_delivery
from .metrics import count_messages
from .overtaken import Stage, is_overtaken
from .policy import NotifyPolicy
from .render_text import render_text
from .texts import Texts

_COLUMNS = {
    "intent_id": "uuid",
    "complaint_id": "uuid",
    "kind": "text",
    "role": "text",
    "told_of": "text",
    "round": "smallint",
    "language": "text",
    "channel": "text",
    "address_hint": "text",
    "reply_to": "text",
    "link": "text",
    "text": "text",
    "template_version": "text",
    "policy_version": "text",
    "state": "text",
    "reason": "text",
    "decided_at": "timestamptz",
}
_STORE = text(
    f"""
    INSERT INTO intent ({", ".join(_COLUMNS)})
    SELECT * FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _COLUMNS.items())})
    ON CONFLICT (complaint_id, kind, role, told_of) DO NOTHING RETURNING intent_id
    """  # noqa: S608 - names of our own columns
)
_WITHDRAW = text(
    """
    UPDATE intent SET state = 'SKIPPED', reason = :reason, decided_at = now()
    WHERE complaint_id = ANY (CAST(:complaints AS uuid[])) AND state = 'PENDING'
        AND kind = ANY (CAST(:kinds AS text[]))
    RETURNING intent_id, complaint_id, kind, role
    """
)


class Wish(NamedTuple):
    """A message that a fact calls for.

    complaint: its row in `complaint`; told_of: what it tells of, once; facts: values of placeholders by name;
    round: the resolution it tells of, the complaint's present round if None; link: path of a link, sealed.
    """

    because_of: Envelope[Event]
    complaint: Mapping[str, Any]
    kind: MessageKind
    role: Role
    told_of: str
    facts: Mapping[str, str] = {}
    round: int | None = None
    link: str | None = None


class Messages:
    """Turns wishes into stored intents.

    served: channels that have a sender; wake: called after the commit when there is something to send.
    """

    def __init__(
        self,
        policy: NotifyPolicy,
        texts: Texts,
        sealer: Sealer,
        served: Collection[Channel],
        wake: Callable[[], None],
    ) -> None:
        self.policy = policy
        self.texts = texts
        self._sealer = sealer
        self._served = served
        self._wake = wake

    async def store(self, tx: Transaction, wishes: Sequence[Wish]) -> None:
        """Store these messages where they are not stored yet, and tell of those that are skipped."""
        if not wishes:
            return
        rows = [self._decide(tx, wish) for wish in wishes]
        stored = set(
            (
                await tx.connection.execute(_STORE, {name: [row[name] for row in rows] for name in _COLUMNS})
            ).scalars()
        )
        skipped = []
        for wish, row in zip(wishes, rows, strict=True):
            if row["intent_id"] in stored and row["reason"]:
                skipped.append(row)
                tx.publish(_skipped(tx, row, SkipReason(row["reason"])), because_of=wish.because_of)
        count_messages(tx, [(row["kind"], "SKIPPED") for row in skipped])
        if len(skipped) < len(stored):
            tx.after_commit(self._wake)

    async def withdraw(self, tx: Transaction, ended: Sequence[Envelope[Any]], kinds: Collection[str]) -> None:
        """Skip what was to be told about these complaints and has lost its sense."""
        causes = {envelope.event.complaint_id: envelope for envelope in ended}
        values = {"complaints": list(causes), "kinds": list(kinds), "reason": SkipReason.OVERTAKEN}
        withdrawn = [dict(row) for row in (await tx.connection.execute(_WITHDRAW, values)).mappings()]
        for row in withdrawn:
            tx.publish(_skipped(tx, row, SkipReason.OVERTAKEN), because_of=causes[row["complaint_id"]])
        count_messages(tx, [(row["kind"], "SKIPPED") for row in withdrawn])

    def _decide(self, tx: Transaction, wish: Wish) -> dict[str, Any]:
        known = wish.complaint
        said_in = wish.round or known["round"]
        reach = find_address(self._sealer, known, wish.role, wish.link)
        language = self.language_of(wish)
        facts = {"receipt": known["receipt_number"], "owner": known["owner_name"] or "", **wish.facts}
        reason = choose_delivery(
            reach.channel,
            reach.address,
            self._served,
            overtaken=is_overtaken(wish.kind, said_in, Stage(known["stage"]), known["round"]),
        )
        return {
            "intent_id": uuid7(),
            "complaint_id": known["complaint_id"],
            "kind": wish.kind,
            "role": wish.role,
            "told_of": wish.told_of,
            "round": said_in,
            "language": language,
            "channel": reach.channel,
            "address_hint": reach.hint,
            "reply_to": reach.reply_to,
            "link": wish.link,
            "text": render_text(
                self.texts.messages[wish.kind][language], self.texts.signature[language], wish.role, facts
            ),
            "template_version": self.texts.version,
            "policy_version": self.policy.version,
            "state": "SKIPPED" if reason else "PENDING",
            "reason": reason,
            "decided_at": tx.now if reason else None,
        }

    def language_of(self, wish: Wish) -> Language:
        """The customer's language, or that of the staff."""
        to_customer = wish.role is Role.CUSTOMER
        return Language(wish.complaint["language"]) if to_customer else self.policy.staff_language


def _skipped(tx: Transaction, row: Mapping[str, Any], reason: SkipReason) -> MessageSkipped:
    return MessageSkipped(
        complaint_id=row["complaint_id"],
        intent_id=row["intent_id"],
        kind=row["kind"],
        role=row["role"],
        reason=reason,
        decided_at=tx.now,
    )
