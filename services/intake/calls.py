"""Keeps what is told of calls, part by part, and lets each become a complaint, a call back, or nothing.

All work on a call happens behind one lock. A call becomes a complaint by the same key as one that staff post at once,
so it cannot become two.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID, uuid5

from pydantic import Field, ValidationError
from pydantic_core import to_json

from shared.bus.group_commit import GroupCommit
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.intake import CallBackEnded, CallBackNeeded
from shared.events.vocabulary import Channel
from shared.runtime.strict_json import Storable
from shared.runtime.timers import Timer, arm

from .call_forms import CallPart, as_facts
from .call_statements import ADD_PART, DUE, JUDGED, KEEP_PART, NOT_NEEDED, PARTS, SAVE
from .contact_forms import CustomerForm, PhoneContact
from .contact_store import Accepted
from .customer_calls import Made, find_made, tell_made
from .judge_outgoing import is_outgoing
from .late_words import LateWords
from .merge_call import Fate, Part, judge_call, merge_call, when_to_judge, words_of
from .phone_numbers import NumberKind, read_origin
from .policy import IntakePolicy
from .provider_accounts import ProviderAccount
from .provider_payload import PayloadError, PhoneProvider, Posted, plausible
from .read_contact import Contact, ContactReader
from .reply_address import masked

TIMER = "call_quiet"
LONGEST_WORDS = 200_000
_CALLS = UUID("5b0f2c5e-6a0b-4a52-9d7e-3a8b1f6f0c11")


class Told(NamedTuple):
    """What a part led to. news: it was not told before."""

    call_ref: UUID
    news: bool
    fate: str
    complaint_id: UUID | None


class CallContact(PhoneContact):
    """A call that became a contact: longer than what staff would type."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_WORDS), Storable]


class Calls:
    """The calls of all telephone systems."""

    def __init__(
        self,
        work: UnitOfWork,
        policy: IntakePolicy,
        reader: ContactReader,
        accepting: GroupCommit[Contact, Accepted],
    ) -> None:
        self._work = work
        self._policy = policy
        self._reader = reader
        self._accepting = accepting
        self._late_words = LateWords(policy, reader)

    async def tell(self, provider: str, call_id: str, facts: Mapping[str, Any]) -> Told:
        """Keep a part of a call. The same part again changes nothing."""
        call = uuid5(_CALLS, f"{provider}\x1f{call_id}")
        about = {"call": call, "provider": provider, "call_id": call_id}
        content = to_json(dict(sorted(facts.items())))
        part = {"digest": hashlib.sha256(content).hexdigest(), "facts": facts, "told_at": _order(facts)}
        async with self._work.begin(subject_of(call)) as tx:
            [known] = await tx.fetch(KEEP_PART, about | part)
            complaint = known["complaint_id"] or known["contact_of"]
            if known["news"]:
                if known["contact_of"] and not known["complaint_id"]:
                    noted = {"text": known["contact_text"]}
                    await tx.fetch(ADD_PART, {"call": call, "facts": noted, "digest": "contact"})
                merged = merge_call([Part(*row) for row in await tx.fetch(PARTS, about)])
                await tx.fetch(SAVE, {"call": call, "facts": merged, "complaint": known["contact_of"]})
                await self._go_on(tx, about, merged, complaint)
                if complaint and is_outgoing(merged):
                    await tell_made(tx, [Made(call, complaint, merged)])
            if known["fate"] == Fate.CALL_BACK and complaint and await tx.fetch(NOT_NEEDED, about):
                tx.publish(_not_needed(call, complaint, tx.now))
        fate = Fate.COMPLAINT if complaint else known["fate"]
        return Told(call, bool(known["news"]), fate, complaint)

    async def _go_on(
        self, tx: Transaction, about: Mapping[str, Any], merged: Mapping[str, Any], complaint: UUID | None
    ) -> None:
        if complaint is None:
            due = when_to_judge(merged, tx.now, self._policy.calls)
            await arm(tx, [Timer(about["call"], TIMER, subject_of(about["call"]), due)])
        elif words_of(merged):
            call = about["provider"], about["call_id"]
            await self._late_words.fill_in(tx, Channel.PHONE, *call, words_of(merged)[:LONGEST_WORDS])

    async def take(self, provider: PhoneProvider, account: ProviderAccount, posted: Posted) -> None:
        """Keep what a telephone system told. Raises PayloadError, with nothing kept."""
        told = provider.read(posted, account)
        try:
            part = CallPart.model_validate_json(to_json({**told.facts, "call_id": told.call_id}))
        except ValidationError as error:
            raise PayloadError(str(error.errors()[0]["loc"][0])) from error
        await self.tell(account.name, part.call_id, as_facts(part))

    async def quiet(self, tx: Transaction, timers: Sequence[Timer]) -> None:
        """Judge the calls of which nothing new was told for a while."""
        due = await tx.fetch(DUE, {"calls": [timer.id for timer in timers]})
        made = await find_made(tx, due, self._policy.phone)
        judged = await asyncio.gather(*(self._judge(call, call["call_ref"] in made) for call in due))
        noted = [
            Made(ref, complaint, call["facts"])
            for call, (ref, _fate, complaint, _number) in zip(due, judged, strict=True)
            if complaint and is_outgoing(call["facts"])
        ]
        await tell_made(tx, [*made.values(), *noted])
        if judged:
            calls, fates, complaints, numbers = zip(*judged, strict=True)
            values = {"calls": calls, "fates": fates, "complaints": complaints, "numbers": numbers}
            changed = await tx.fetch(JUDGED, {name: list(value) for name, value in values.items()})
            for call, provider, complaint, number, queue, called_at in changed:
                if number is None:
                    tx.publish(_not_needed(call, complaint, tx.now))
                    continue
                tx.publish(
                    CallBackNeeded(
                        call_ref=call,
                        provider=provider,
                        queue=queue,
                        address_hint=masked(number),
                        called_at=called_at,
                        asked_at=tx.now,
                    )
                )

    async def _judge(self, call: Any, was_about_one: bool) -> tuple[UUID, str, UUID | None, str | None]:
        facts = call["facts"]
        number = self._number(facts)
        fate = judge_call(facts, can_be_called=number is not None, was_about_one=was_about_one)
        complaint = None
        if fate is Fate.COMPLAINT:
            form = _contact(call["provider"], call["call_id"], facts, self._policy.door.earliest)
            complaint = (await self._accepting.submit(self._reader.read(form))).complaint_id
        return call["call_ref"], fate, complaint, number

    def _number(self, facts: Mapping[str, Any]) -> str | None:
        """The caller's number, if it can be called."""
        if facts.get("caller_presentation") == "withheld":
            return None
        phone = self._policy.phone
        origin = read_origin(facts.get("caller_number", ""), phone.region, phone.withheld)
        return origin.e164 if origin.kind in {NumberKind.MOBILE, NumberKind.FIXED} else None


def subject_of(call: UUID) -> str:
    """Whose row is locked while a call is worked on: that of what is told of its call back."""
    return str(call)


def _not_needed(call: UUID, complaint: UUID, now: datetime) -> CallBackEnded:
    return CallBackEnded(
        call_ref=call, why="COMPLAINED", by=None, reached=True, complaint_id=complaint, ended_at=now
    )


def _contact(provider: str, call_id: str, facts: Mapping[str, Any], earliest: datetime) -> CallContact:
    number = "called_number" if is_outgoing(facts) else "caller_number"
    withheld = facts.get("caller_presentation") == "withheld" and not is_outgoing(facts)
    customer = {"external_id": facts["customer_id"]} if "customer_id" in facts else {}
    began = plausible(datetime.fromisoformat(facts["started_at"])) if "started_at" in facts else None
    return CallContact(
        provider=provider,
        call_id=call_id,
        text=words_of(facts)[:LONGEST_WORDS],
        caller_number=None if withheld else facts.get(number),
        agent_id=facts.get("agent_id"),
        category=facts.get("category"),
        started_at=began if began and began >= earliest else None,
        customer=CustomerForm(**customer),
    )


def _order(facts: Mapping[str, Any]) -> str:
    told = facts.get("told_at")
    return f"{datetime.fromisoformat(told).timestamp():020.6f}" if told else ""
