"""Stores each message that a fact calls for, once, with its text, or with the reason why it is not sent."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope, Event
from shared.events.notify import MessageSkipped
from shared.events.vocabulary import Channel, EscalationLevel, Language, MessageKind, Role, SkipReason
from shared.runtime.sealing import CannotOpenError, Sealer
from shared.runtime.zones import zone_or

from .addresses import find_address
from .choose_delivery import choose_delivery
from .judge_outcome import State
from .metrics import count_messages
from .notice import Where, incident_of
from .overtaken import Stage, is_overtaken
from .policy import BY_DESK, NotifyPolicy
from .render_text import add_sentences, render_text, say_moment
from .texts import Texts

_STORE = Statement(
    """
    INSERT INTO intent (intent_id, complaint_id, kind, role, told_of, round, language, channel, address_hint,
        reply_to, link, text, reason, not_before, state, decided_at, template_version, policy_version)
    SELECT v.*, CASE WHEN v.reason IS NULL THEN 'PENDING' ELSE 'SKIPPED' END,
        CASE WHEN v.reason IS NOT NULL THEN now() END, CAST(:template_version AS text), CAST(:policy_version AS text)
    FROM unnest(CAST(:intent_id AS uuid[]), CAST(:complaint_id AS uuid[]), CAST(:kind AS text[]),
        CAST(:role AS text[]), CAST(:told_of AS text[]), CAST(:round AS smallint[]), CAST(:language AS text[]),
        CAST(:channel AS text[]), CAST(:address_hint AS text[]), CAST(:reply_to AS text[]), CAST(:link AS text[]),
        CAST(:text AS text[]), CAST(:reason AS text[]), CAST(:not_before AS timestamptz[]))
        AS v (intent_id, complaint_id, kind, role, told_of, round, language, channel, address_hint, reply_to, link,
              text, reason, not_before)
    ON CONFLICT (complaint_id, kind, role, told_of) DO NOTHING RETURNING intent_id
    """
)
_WITHDRAW = Statement(
    """
    UPDATE intent SET state = 'SKIPPED', reason = :reason, decided_at = now()
    WHERE complaint_id = ANY (CAST(:complaints AS uuid[])) AND kind = ANY (CAST(:kinds AS text[]))
        AND told_of <> ALL (CAST(:keep AS text[]))
        AND (CAST(:only AS text[]) IS NULL OR told_of = ANY (CAST(:only AS text[])))
        AND state IS NOT DISTINCT FROM 'PENDING' -- said so, it does not look through all that is pending
    RETURNING intent_id, complaint_id, kind, role
    """
)


class Intent(NamedTuple):
    """A message as it is stored, by the columns of `intent`; one with a `reason` is skipped."""

    intent_id: UUID
    complaint_id: UUID
    kind: MessageKind
    role: Role
    told_of: str
    round: int
    language: Language
    channel: Channel | None
    address_hint: str | None
    reply_to: str | None
    link: str | None
    text: str
    reason: SkipReason | None
    not_before: datetime


class Wish(NamedTuple):
    """A message that a fact calls for.

    complaint: its row in `complaint`; told_of: what it tells of, once; facts: values of placeholders by name;
    round: the resolution it tells of, the complaint's present round if None; link: path of a link, sealed;
    where: the channel and sealed address, if not those of the complaint; must_open: sealed, and needed for the text;
    remarks: sentences after the text; not_before: whoever is told is not to be disturbed before.
    """

    because_of: Envelope[Event] | None
    complaint: Mapping[str, Any]
    kind: MessageKind
    role: Role
    told_of: str
    facts: Mapping[str, str] = {}
    round: int | None = None
    link: str | None = None
    where: Where | None = None
    must_open: str | None = None
    remarks: tuple[str, ...] = ()
    not_before: datetime | None = None


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
        intents = [self._decide(wish, tx.now) for wish in wishes]
        versions = {"template_version": self.texts.version, "policy_version": self.policy.version}
        columns = dict(zip(Intent._fields, zip(*intents, strict=True), strict=True))
        stored = {intent_id for (intent_id,) in await tx.fetch(_STORE, columns | versions)}
        skipped = []
        for wish, intent in zip(wishes, intents, strict=True):
            if intent.reason and intent.intent_id in stored:
                skipped.append((intent.kind, State.SKIPPED))
                tx.publish(_skipped(intent, tx.now), because_of=wish.because_of)
        count_messages(tx, skipped)
        if len(skipped) < len(stored):
            tx.after_commit(self._wake)

    async def withdraw(self, tx: Transaction, ended: Sequence[Envelope[Any]], kinds: Collection[str]) -> None:
        """Skip what was to be told about these complaints and has lost its sense."""
        await self.withdraw_from(tx, {envelope.event.complaint_id: envelope for envelope in ended}, kinds)

    async def withdraw_from(
        self,
        tx: Transaction,
        causes: Mapping[UUID, Envelope[Any] | None],
        kinds: Collection[str],
        keep: Collection[str] = (),
        only: Collection[str] | None = None,
    ) -> None:
        """The same by complaint, each with what caused it, if an event did; what tells of `keep` stays.

        only: of what they tell; None for whatever it is.
        """
        values = {"complaints": list(causes), "kinds": list(kinds), "reason": SkipReason.OVERTAKEN}
        values |= {"keep": list(keep), "only": None if only is None else list(only)}
        withdrawn = await tx.fetch(_WITHDRAW, values)
        for row in withdrawn:
            about = incident_of(row["kind"], row["complaint_id"])
            skipped = MessageSkipped(**row, reason=SkipReason.OVERTAKEN, decided_at=tx.now, incident_id=about)
            tx.publish(skipped, because_of=causes[skipped.complaint_id])
        count_messages(tx, [(row["kind"], State.SKIPPED) for row in withdrawn])

    def _decide(self, wish: Wish, now: datetime) -> Intent:
        known = wish.complaint
        said_in = wish.round or known["round"]
        reach = find_address(self._sealer, known, wish.role, (wish.link, wish.must_open), wish.where)
        language = self.language_of(wish)
        facts = {"receipt": known["receipt_number"], "owner": known["owner_name"] or "", **wish.facts}
        reason = choose_delivery(
            reach.channel,
            reach.address,
            self._served,
            overtaken=is_overtaken(wish.kind, said_in, Stage(known["stage"]), known["round"]),
        )
        return Intent(
            intent_id=uuid7(),
            complaint_id=known["complaint_id"],
            kind=wish.kind,
            role=wish.role,
            told_of=wish.told_of,
            round=said_in,
            language=language,
            channel=reach.channel,
            address_hint=reach.hint,
            reply_to=reach.reply_to,
            link=wish.link,
            text=add_sentences(
                render_text(
                    self.texts.messages[wish.kind][language], self.texts.signature[language], wish.role, facts
                ),
                wish.remarks,
            ),
            reason=reason,
            not_before=wish.not_before or now,
        )

    def desk(self, role: Role, complaint: Mapping[str, Any]) -> Where | None:
        """The mailbox of a desk, where the role is reached over one; it is sealed as addresses of people are."""
        if role not in BY_DESK:
            return None
        desk = self.policy.desks.get(role)
        if desk is None:
            return Where(None, None)
        return Where(desk.channel, self._sealer.seal(desk.address, str(complaint["complaint_id"])))

    def opened(self, sealed: str, wish: Wish) -> str:
        """A text for notify alone; empty if it cannot be opened, and then the message is skipped for that."""
        try:
            return self._sealer.open(sealed, str(wish.complaint["complaint_id"]))
        except CannotOpenError:
            return ""

    def remarks(
        self,
        wish: Wish,
        *,
        late: bool,
        level: EscalationLevel | None = None,
        missing: Sequence[Role] = (),
    ) -> tuple[str, ...]:
        """What staff read after the text: what to do, that it comes late, and who should be told and is not there."""
        language, said = self.language_of(wish), self.texts.remarks
        asked = self.texts.asked[level][language] if level else ""
        sentences = [asked] * bool(asked) + [said["late"][language]] * late
        if missing:
            roles = self.texts.several(missing, language)
            sentences.append(said["missing"][language].format(roles=roles))
        return tuple(sentences)

    def say(self, wish: Wish, moment: datetime) -> str:
        """A moment in the reader's language: to a customer in their own zone where it is known (CAL-3)."""
        home = self.policy.zone
        zone = zone_or(wish.complaint["zone"] if wish.role is Role.CUSTOMER else None, home).key
        return say_moment(moment, self.language_of(wish), zone, elsewhere=zone != home)

    def language_of(self, wish: Wish) -> Language:
        """The customer's language, or that of the staff."""
        to_customer = wish.role is Role.CUSTOMER
        return Language(wish.complaint["language"]) if to_customer else self.policy.staff_language


def _skipped(intent: Intent, now: datetime) -> MessageSkipped:
    assert intent.reason is not None
    return MessageSkipped(
        complaint_id=intent.complaint_id,
        intent_id=intent.intent_id,
        kind=intent.kind,
        role=intent.role,
        reason=intent.reason,
        decided_at=now,
        incident_id=incident_of(intent.kind, intent.complaint_id),
    )
