"""What feedback does when it hears of a complaint, and when it is time to ask or to stop waiting."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from uuid_utils.compat import uuid7

from shared.bus.consumer import Reactions
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.feedback import SatisfactionAsked, SatisfactionUnanswered
from shared.events.intake import ComplaintReceived
from shared.events.routing import ComplaintClosed, ComplaintReopened, ComplaintResolved
from shared.runtime.sealing import Sealer
from shared.runtime.timers import Timer, TimerHandler, arm, disarm

from .policy import FeedbackPolicy
from .tables import complaint, question
from .when_to_ask import when_to_ask

ASK, SILENCE = "ask", "silence"


def reactions(policy: FeedbackPolicy) -> Reactions:
    """What to do on which event."""
    return {
        ComplaintReceived: remember_complaints,
        ComplaintResolved: partial(plan_questions, policy),
        ComplaintReopened: withdraw_questions,
        ComplaintClosed: withdraw_questions,
    }


def timers(sealer: Sealer) -> dict[str, TimerHandler]:
    """What to do when which time has come."""
    return {ASK: partial(ask, sealer), SILENCE: note_silence}


async def remember_complaints(tx: Transaction, received: Sequence[Envelope[ComplaintReceived]]) -> None:
    """Keep what a later question needs."""
    rows = [
        e.event.model_dump(include={"complaint_id", "customer_id", "receipt_number", "language"})
        for e in received
    ]
    await tx.connection.execute(upsert(complaint).on_conflict_do_nothing(), rows)


async def plan_questions(
    policy: FeedbackPolicy, tx: Transaction, resolved: Sequence[Envelope[ComplaintResolved]]
) -> None:
    """Plan one question per resolution, at its time (FU-2)."""
    rows: list[dict[str, Any]] = []
    for envelope in resolved:
        times = when_to_ask(envelope.event.resolved_at, policy.question)
        rows.append(
            {
                "question_id": uuid7(),
                "complaint_id": envelope.event.complaint_id,
                "round": envelope.event.round,
                "ask_at": times.ask_at,
                "answer_by": times.answer_by,
                "state": "PLANNED",
                "policy_version": policy.version,
            }
        )
    await tx.connection.execute(insert(question), rows)
    await arm(tx, [Timer(row["question_id"], ASK, str(row["complaint_id"]), row["ask_at"]) for row in rows])


async def withdraw_questions(
    tx: Transaction, ended: Sequence[Envelope[ComplaintReopened | ComplaintClosed]]
) -> None:
    """A question about a resolution that no longer stands is not asked, and not waited for."""
    complaints = [envelope.event.complaint_id for envelope in ended]
    open_ones = question.c.complaint_id.in_(complaints) & question.c.state.in_(["PLANNED", "ASKED"])
    withdrawn = await tx.connection.execute(
        update(question)
        .where(open_ones)
        .values(state="WITHDRAWN", ended_at=tx.now)
        .returning(question.c.question_id)
    )
    await disarm(tx, withdrawn.scalars())


async def ask(sealer: Sealer, tx: Transaction, due: Sequence[Timer]) -> None:
    """Open the questions whose time has come; the link goes to notify, sealed."""
    planned = await _in_state(tx, due, "PLANNED")
    tokens = {row["question_id"]: secrets.token_urlsafe(16) for row in planned}
    for row in planned:
        token = tokens[row["question_id"]]
        await tx.connection.execute(
            update(question)
            .where(question.c.question_id == row["question_id"])
            .values(state="ASKED", asked_at=tx.now, token_digest=digest_of(token))
        )
        tx.publish(
            SatisfactionAsked(
                complaint_id=row["complaint_id"],
                question_id=row["question_id"],
                round=row["round"],
                asked_at=tx.now,
                answer_by=row["answer_by"],
                answer_path=sealer.seal(f"/feedback/v1/answers/{token}", str(row["complaint_id"])),
            )
        )
    await arm(
        tx, [_silence_timer(row["question_id"], row["complaint_id"], row["answer_by"]) for row in planned]
    )


async def note_silence(tx: Transaction, due: Sequence[Timer]) -> None:
    """The time to answer has passed: say so (FU-8)."""
    for row in await _in_state(tx, due, "ASKED"):
        await tx.connection.execute(
            update(question)
            .where(question.c.question_id == row["question_id"])
            .values(state="SILENT", ended_at=tx.now)
        )
        tx.publish(
            SatisfactionUnanswered(
                complaint_id=row["complaint_id"],
                question_id=row["question_id"],
                round=row["round"],
                ended_at=tx.now,
            )
        )


def digest_of(token: str) -> str:
    """What is kept of the code in an answer link."""
    return hashlib.sha256(token.encode()).hexdigest()


def _silence_timer(question_id: UUID, complaint_id: UUID, answer_by: datetime) -> Timer:
    return Timer(question_id, SILENCE, str(complaint_id), answer_by)


async def _in_state(tx: Transaction, due: Sequence[Timer], state: str) -> list[dict[str, Any]]:
    rows = await tx.connection.execute(
        select(question).where(
            question.c.question_id.in_([timer.id for timer in due]), question.c.state == state
        )
    )
    return [dict(row) for row in rows.mappings()]
