"""What feedback does when it hears of a complaint, and when it is time to ask or to stop waiting."""

import hashlib
import secrets
from collections.abc import Sequence
from functools import partial

from uuid_utils.compat import uuid7

from shared.bus.consumer import Reactions
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.feedback import SatisfactionAsked, SatisfactionUnanswered
from shared.events.intake import ComplaintReceived
from shared.events.routing import (
    ComplaintCancelled,
    ComplaintClosed,
    ComplaintRejected,
    ComplaintReopened,
    ComplaintResolved,
)
from shared.runtime.sealing import Sealer
from shared.runtime.timers import Timer, TimerHandler, arm, disarm

from .policy import FeedbackPolicy
from .when_to_ask import when_to_ask

ASK, SILENCE = "ask", "silence"

_REMEMBER = Statement(
    """
    INSERT INTO complaint (complaint_id, customer_id, receipt_number, language)
    SELECT * FROM unnest(CAST(:complaints AS uuid[]), CAST(:customers AS uuid[]), CAST(:receipt_numbers AS text[]),
                         CAST(:languages AS text[]))
    ON CONFLICT DO NOTHING
    """
)
_PLAN = Statement(
    """
    INSERT INTO question (question_id, complaint_id, round, ask_at, answer_by, state, policy_version)
    SELECT row.*, 'PLANNED', CAST(:policy_version AS text)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:complaints AS uuid[]), CAST(:rounds AS int[]),
                CAST(:ask_at AS timestamptz[]), CAST(:answer_by AS timestamptz[])) AS row
    """
)
_WITHDRAW = Statement(
    """
    UPDATE question SET state = 'WITHDRAWN', ended_at = now()
    FROM unnest(CAST(:complaints AS uuid[])) AS ended (complaint_id)
    WHERE question.complaint_id = ended.complaint_id AND state IN ('PLANNED', 'ASKED')
    RETURNING question_id
    """
)
_ASK = Statement(
    """
    UPDATE question SET state = 'ASKED', asked_at = now(), token_digest = due.digest
    FROM unnest(CAST(:ids AS uuid[]), CAST(:digests AS text[])) AS due (id, digest)
    WHERE question_id = due.id AND state = 'PLANNED'
    RETURNING question_id, complaint_id, round, answer_by
    """
)
_SILENT = Statement(
    """
    UPDATE question SET state = 'SILENT', ended_at = now()
    FROM unnest(CAST(:ids AS uuid[])) AS due (id) WHERE question_id = due.id AND state = 'ASKED'
    RETURNING question_id, complaint_id, round
    """
)


def reactions(policy: FeedbackPolicy) -> Reactions:
    """What to do on which event."""
    return {
        ComplaintReceived: remember_complaints,
        ComplaintResolved: partial(plan_questions, policy),
        ComplaintReopened: withdraw_questions,
        ComplaintClosed: withdraw_questions,
        ComplaintRejected: withdraw_questions,
        ComplaintCancelled: withdraw_questions,
    }


def timers(sealer: Sealer) -> dict[str, TimerHandler]:
    """What to do when which time has come."""
    return {ASK: partial(ask, sealer), SILENCE: note_silence}


async def remember_complaints(tx: Transaction, received: Sequence[Envelope[ComplaintReceived]]) -> None:
    """Keep what a later question needs."""
    await tx.fetch(
        _REMEMBER,
        {
            "complaints": [e.event.complaint_id for e in received],
            "customers": [e.event.customer_id for e in received],
            "receipt_numbers": [e.event.receipt_number for e in received],
            "languages": [e.event.language for e in received],
        },
    )


async def plan_questions(
    policy: FeedbackPolicy, tx: Transaction, resolved: Sequence[Envelope[ComplaintResolved]]
) -> None:
    """Plan one question per resolution, at its time (FU-2)."""
    ids = [uuid7() for _ in resolved]
    times = [when_to_ask(e.event.resolved_at, policy.question) for e in resolved]
    await tx.fetch(
        _PLAN,
        {
            "ids": ids,
            "complaints": [e.event.complaint_id for e in resolved],
            "rounds": [e.event.round for e in resolved],
            "ask_at": [ask_at for ask_at, _ in times],
            "answer_by": [answer_by for _, answer_by in times],
            "policy_version": policy.version,
        },
    )
    due = zip(ids, resolved, times, strict=True)
    await arm(tx, [Timer(id_, ASK, envelope.subject, at.ask_at) for id_, envelope, at in due])


async def withdraw_questions(
    tx: Transaction,
    ended: Sequence[Envelope[ComplaintReopened | ComplaintClosed | ComplaintRejected | ComplaintCancelled]],
) -> None:
    """A question about a resolution that no longer stands is not asked, and not waited for."""
    withdrawn = await tx.fetch(_WITHDRAW, {"complaints": [e.event.complaint_id for e in ended]})
    await disarm(tx, [question_id for (question_id,) in withdrawn])


async def ask(sealer: Sealer, tx: Transaction, due: Sequence[Timer]) -> None:
    """Open the questions whose time has come; the link goes to notify, sealed."""
    tokens = {timer.id: secrets.token_urlsafe(16) for timer in due}
    digests = [digest_of(token) for token in tokens.values()]
    asked = await tx.fetch(_ASK, {"ids": list(tokens), "digests": digests})
    for question_id, complaint_id, round_, answer_by in asked:
        path = f"/feedback/v1/answers/{tokens[question_id]}"
        tx.publish(
            SatisfactionAsked(
                complaint_id=complaint_id,
                question_id=question_id,
                round=round_,
                asked_at=tx.now,
                answer_by=answer_by,
                answer_path=sealer.seal(path, str(complaint_id)),
            )
        )
    await arm(tx, [Timer(id_, SILENCE, str(complaint), answer_by) for id_, complaint, _, answer_by in asked])


async def note_silence(tx: Transaction, due: Sequence[Timer]) -> None:
    """The time to answer has passed: say so (FU-8)."""
    for question_id, complaint_id, round_ in await tx.fetch(_SILENT, {"ids": [timer.id for timer in due]}):
        tx.publish(
            SatisfactionUnanswered(
                complaint_id=complaint_id, question_id=question_id, round=round_, ended_at=tx.now
            )
        )


def digest_of(token: str) -> str:
    """What is kept of the code in an answer link."""
    return hashlib.sha256(token.encode()).hexdigest()
