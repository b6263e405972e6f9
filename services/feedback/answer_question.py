"""Takes a customer's answer: once, judged, told."""

from typing import NamedTuple
from uuid import UUID

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.feedback import SatisfactionAnswered
from shared.events.vocabulary import Channel

from .judge_answer import Judgement, judge_answer
from .policy import FeedbackPolicy
from .reactions import digest_of

_FIND = Statement(
    """
    SELECT question_id, complaint_id, round, state, solved, score, impression, satisfied, receipt_number, language
    FROM question JOIN complaint USING (complaint_id) WHERE token_digest = :digest
    """
)
_ANSWER = Statement(
    """
    WITH no_longer_awaited AS (UPDATE timer SET armed = false WHERE id = :question_id AND armed)
    UPDATE question SET state = 'ANSWERED', ended_at = now(), policy_version = :policy_version, solved = :solved,
        score = :score, impression = :impression, satisfied = :satisfied, dissatisfied = :dissatisfied
    WHERE question_id = :question_id AND state = 'ASKED' RETURNING question_id
    """
)


class Answer(NamedTuple):
    """What the customer said; scores are 1 to 5."""

    solved: bool
    score: int
    impression: int | None
    channel: Channel


class Answered(NamedTuple):
    """A question with its answer judged, and the customer's language."""

    question_id: UUID
    satisfied: bool
    language: str


class NoSuchQuestionError(Exception):
    """No question has this code."""


class QuestionEndedError(Exception):
    """The question was answered otherwise, or is no longer open."""


async def find_question(work: UnitOfWork, token: str) -> Row:
    """The question behind the code in a link, with receipt number and language. Raises NoSuchQuestionError."""
    rows = await work.fetch(_FIND, {"digest": digest_of(token)})
    if not rows:
        raise NoSuchQuestionError
    return rows[0]


async def answer_question(work: UnitOfWork, policy: FeedbackPolicy, token: str, answer: Answer) -> Answered:
    """Store and tell the answer; the same one again is taken as said.

    Raises NoSuchQuestionError, QuestionEndedError.
    """
    asked = await find_question(work, token)
    if asked["state"] == "ASKED":
        judgement = judge_answer(answer.solved, answer.score, answer.impression, policy.judgement)
        if await _take(work, asked, answer, judgement, policy.version):
            return Answered(asked["question_id"], judgement.satisfied, asked["language"])
        asked = await find_question(work, token)  # it has ended meanwhile
    if asked["state"] != "ANSWERED" or not _says_the_same(asked, answer):
        raise QuestionEndedError
    return Answered(asked["question_id"], asked["satisfied"], asked["language"])


async def _take(
    work: UnitOfWork, asked: Row, answer: Answer, judgement: Judgement, policy_version: str
) -> bool:
    """Write the answer and tell it; false if the question is no longer open."""
    said = {
        "question_id": asked["question_id"],
        "policy_version": policy_version,
        **answer._asdict(),
        **judgement._asdict(),
    }
    async with work.begin(str(asked["complaint_id"])) as tx:
        taken = bool(await tx.fetch(_ANSWER, said))
        if taken:
            about = {"complaint_id": asked["complaint_id"], "round": asked["round"]}
            tx.publish(SatisfactionAnswered(**about, **said, answered_at=tx.now))
    return taken


def _says_the_same(asked: Row, answer: Answer) -> bool:
    return all(asked[name] == getattr(answer, name) for name in ("solved", "score", "impression"))
