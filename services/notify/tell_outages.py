"""Tells desks what is due about a mass outage, and what was not given in time; an intent's subject is the incident."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from shared.bus.consumer import Reactions
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.sla import IncidentDutiesMade, IncidentDutyBroken, IncidentDutyDone
from shared.events.vocabulary import MessageKind, OutageDuty

from .messages import Messages, Wish
from .outage_notices import outage_notice
from .overtaken import Stage
from .tell_notices import said

# The row is locked, so that whichever comes second, a duty or the end of the incident, sees the first.
_MEET = Statement(
    """
    INSERT INTO incident (incident_id)
    SELECT DISTINCT id FROM unnest(CAST(:incidents AS uuid[])) AS row (id) ORDER BY id
    ON CONFLICT (incident_id) DO UPDATE SET incident_id = excluded.incident_id
    RETURNING incident_id, ended
    """
)


def reactions_to_outages(messages: Messages) -> Reactions:
    """What to do on which event about the duties of an incident."""
    tell = partial(tell_duties, messages)
    return {
        IncidentDutiesMade: tell,
        IncidentDutyBroken: tell,
        IncidentDutyDone: partial(note_done, messages),
    }


async def tell_duties(
    messages: Messages,
    tx: Transaction,
    heard: Sequence[Envelope[IncidentDutiesMade] | Envelope[IncidentDutyBroken]],
) -> None:
    """Each desk once of what is due, and once of each duty that nobody has done; nothing after the incident ended."""
    known = await _known(tx, {envelope.event.incident_id for envelope in heard})
    wishes = []
    for envelope in heard:
        subject = known[envelope.event.incident_id]
        notices, duties = outage_notice(envelope.event)
        for notice in notices:
            where = messages.desk(notice.role, subject)
            wish = Wish(envelope, subject, notice.kind, notice.role, notice.told_of, where=where)
            facts = {name: said(messages, wish, fact) for name, fact in notice.facts.items()}
            wishes.append(wish._replace(facts=facts | {"duties": _in_words(messages, wish, duties)}))
    await messages.store(tx, wishes)


async def note_done(messages: Messages, tx: Transaction, done: Sequence[Envelope[IncidentDutyDone]]) -> None:
    """That a duty is late is not told any more once it is done."""
    causes = {envelope.event.incident_id: envelope for envelope in done}
    duties = [str(envelope.event.duty.duty_id) for envelope in done]
    await messages.withdraw_from(tx, causes, {MessageKind.OUTAGE_OVERDUE}, only=duties)


def _in_words(messages: Messages, wish: Wish, duties: Mapping[OutageDuty, datetime]) -> str:
    """Every duty with the moment until which it is due, one after the other."""
    texts, language = messages.texts, messages.language_of(wish)
    return texts.joined(
        (
            texts.due[language].format(what=texts.word(duty)[language], due=messages.say(wish, due))
            for duty, due in duties.items()
        ),
        language,
    )


async def _known(tx: Transaction, incidents: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """The incidents as the subjects of messages, in place of complaints."""
    return {
        incident_id: {
            "complaint_id": incident_id,
            "stage": Stage.CLOSED if ended else Stage.OPEN,
            "round": 1,
            "receipt_number": "",
            "owner_name": None,
        }
        for incident_id, ended in await tx.fetch(_MEET, {"incidents": list(incidents)})
    }
