"""Keeps that a customer asked for a superior on the tracking page: a contact of the complaint, once, and tells it."""

from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.intake import ContactAttached
from shared.events.vocabulary import Channel, Severity, Tag

from . import metrics
from .asking import COLUMNS, JOINED, PROVIDER, read_superior
from .contact_store import attach_one
from .judge_risk import judge_risk
from .may_ask_superior import Asking
from .policy import IntakePolicy

_STANDS = Statement(
    f"""
    SELECT complaint.status, complaint.customer_id, {COLUMNS}
    FROM complaint {JOINED} WHERE complaint.complaint_id = :complaint
    """  # noqa: S608 - pieces of our own
)
_KEEP = Statement(
    """
    INSERT INTO contact (contact_id, complaint_id, channel, provider, contact_key, received_at, occurred_at, text)
    VALUES (:contact, :complaint, :channel, :provider, CAST(CAST(:complaint AS uuid) AS text), now(), now(), :text)
    """
)


async def ask_superior(work: UnitOfWork, policy: IntakePolicy, complaint_id: UUID, words: str) -> Asking:
    """Keep it where it may be asked for; what it was before: only of OPEN and AGAIN something was kept now.

    words: what the button said, kept as the words of the contact. Pressed twice it counts once.
    """
    async with work.begin(str(complaint_id)) as tx:
        [row] = await tx.fetch(_STANDS, {"complaint": complaint_id})
        found = dict(row)
        asking = read_superior(found, policy).asking
        if asking.is_allowed:
            event = _told(tx, policy, complaint_id, found["customer_id"], reopens=asking is Asking.AGAIN)
            kept = {"contact": event.contact_id, "complaint": complaint_id, "text": words}
            await tx.fetch(_KEEP, kept | {"channel": event.channel, "provider": PROVIDER})
            await attach_one(tx, event, tx.publish(event).sequence)
            metrics.ATTACHED_BY[Channel.WEB].inc()
    return asking


def _told(
    tx: Transaction, policy: IntakePolicy, complaint_id: UUID, customer_id: UUID, *, reopens: bool
) -> ContactAttached:
    """It weighs nothing by itself: the least severity, and the risk of the one thing that it says."""
    tags = (Tag.ASKS_SUPERIOR,)
    return ContactAttached(
        complaint_id=complaint_id,
        contact_id=uuid7(),
        customer_id=customer_id,
        channel=Channel.WEB,
        rule="REP-4" if reopens else "REP-1",
        reopens=reopens,
        severity=Severity.S4,
        tags=tags,
        risk_score=judge_risk(tags, (), 1, 0, policy.risk).score,
        taken_by=None,
        occurred_at=tx.now,
        received_at=tx.now,
        policy_version=policy.version,
    )
