"""Takes a customer's answer: once, judged, told."""

from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.unit_of_work import UnitOfWork
from shared.events.feedback import SatisfactionAnswered
from shared.events.vocabulary import Channel
from shared.runtime.timers import disarm

from .judge_answer import judge_answer
from .policy import FeedbackPolicy
from .reactions import digest_of
from .tables import complaint, question


class Answer(NamedTuple):
    """What the customer said; scores are 1 to 5."""

    solved: bool
    score: int
    impression: int | None
    channel: Channel


class NoSuchQuestionError(Exception):
    """No question has this code."""


class QuestionEndedError(Exception):
    """The question was answered otherwise, or is no longer open."""


async def find_question(connection: AsyncConnection, token: str) -> dict[str, Any] | None:
    """The question behind the code in a link, with the complaint's receipt number and language."""
    found = await connection.execute(
        select(question, complaint.c.receipt_number, complaint.c.language)
        .join(complaint, complaint.c.complaint_id == question.c.complaint_id)
        .where(question.c.token_digest == digest_of(token))
    )
    row = found.mappings().first()
    return dict(row) if row else None


async def answer_question(
    work: UnitOfWork, policy: FeedbackPolicy, token: str, answer: Answer
) -> dict[str, Any]:
    """Store and tell the answer. Raises NoSuchQuestionError, QuestionEndedError."""
    async with work.read() as connection:
        asked = await find_question(connection, token)
    if asked is None:
        raise NoSuchQuestionError
    async with work.begin(str(asked["complaint_id"])) as tx:
        asked = await find_question(tx.connection, token)
        assert asked is not None
        if asked["state"] == "ANSWERED" and _says_the_same(asked, answer):
            return asked
        if asked["state"] != "ASKED":
            raise QuestionEndedError
        judgement = judge_answer(answer.solved, answer.score, answer.impression, policy.judgement)
        said = {"solved": answer.solved, "score": answer.score, "impression": answer.impression}
        await tx.connection.execute(
            update(question)
            .where(question.c.question_id == asked["question_id"])
            .values(
                state="ANSWERED",
                ended_at=tx.now,
                policy_version=policy.version,
                **said,
                **judgement._asdict(),
            )
        )
        await disarm(tx, [asked["question_id"]])
        tx.publish(
            SatisfactionAnswered(
                complaint_id=asked["complaint_id"],
                question_id=asked["question_id"],
                round=asked["round"],
                channel=answer.channel,
                answered_at=tx.now,
                policy_version=policy.version,
                **said,
                **judgement._asdict(),
            )
        )
    return asked | said | judgement._asdict()


def _says_the_same(asked: dict[str, Any], answer: Answer) -> bool:
    return (asked["solved"], asked["score"], asked["impression"]) == (
        answer.solved,
        answer.score,
        answer.impression,
    )
