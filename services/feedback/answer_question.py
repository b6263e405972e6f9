"""Takes customers' answers: each once, judged, told."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from shared.bus.database import Row
from shared.bus.group_commit import GroupCommit
from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork, traced, traceparent
from shared.events.feedback import SatisfactionAnswered
from shared.events.vocabulary import Channel

from .judge_answer import judge_answer
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
    WITH given AS (
        SELECT * FROM unnest(CAST(:question_id AS uuid[]), CAST(:solved AS boolean[]), CAST(:score AS smallint[]),
            CAST(:impression AS smallint[]), CAST(:satisfied AS boolean[]), CAST(:dissatisfied AS boolean[]))
        AS given (question_id, solved, score, impression, satisfied, dissatisfied)),
    no_longer_awaited AS (
        UPDATE timer SET armed = false WHERE id = ANY (CAST(:question_id AS uuid[])) AND armed)
    UPDATE question SET state = 'ANSWERED', ended_at = now(), policy_version = :policy_version,
        solved = given.solved, score = given.score, impression = given.impression,
        satisfied = given.satisfied, dissatisfied = given.dissatisfied
    FROM given WHERE question.question_id = given.question_id AND state = 'ASKED' RETURNING question.question_id
    """
)
_ANSWERED = ("solved", "score", "impression", "satisfied", "dissatisfied")


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


class _Given(NamedTuple):
    """An answer on its way into the database."""

    asked: Row
    said: dict[str, Any]
    traceparent: str | None


class Answers:
    """Takes customers' answers, each once. Those that come at the same moment share a transaction."""

    def __init__(self, work: UnitOfWork, policy: FeedbackPolicy) -> None:
        self._work = work
        self._policy = policy
        self._group = GroupCommit(self._store)

    async def take(self, token: str, answer: Answer) -> Answered:
        """Judge, store and tell the answer; the same one again is taken as said.

        Raises NoSuchQuestionError, QuestionEndedError, OutcomeUnknownError.
        """
        asked = await find_question(self._work, token)
        if asked["state"] == "ASKED":
            judgement = judge_answer(answer.solved, answer.score, answer.impression, self._policy.judgement)
            said = answer._asdict() | judgement._asdict()
            if await self._group.submit(_Given(asked, said, traceparent.get())):
                return Answered(asked["question_id"], judgement.satisfied, asked["language"])
            asked = await find_question(self._work, token)  # it has ended meanwhile
        if asked["state"] != "ANSWERED" or not _says_the_same(asked, answer):
            raise QuestionEndedError
        return Answered(asked["question_id"], asked["satisfied"], asked["language"])

    async def _store(self, answers: Sequence[_Given]) -> list[bool]:
        """Write the answers and tell them; false for each whose question is no longer open."""
        first: dict[UUID, _Given] = {}
        for given in answers:
            first.setdefault(given.asked["question_id"], given)
        columns = {name: [given.said[name] for given in first.values()] for name in _ANSWERED}
        version = self._policy.version
        async with self._work.begin(*{str(given.asked["complaint_id"]) for given in first.values()}) as tx:
            rows = await tx.fetch(_ANSWER, columns | {"question_id": list(first), "policy_version": version})
            taken = {question_id for (question_id,) in rows}
            for question_id in taken:
                given = first[question_id]
                about = {name: given.asked[name] for name in ("question_id", "complaint_id", "round")}
                with traced(given.traceparent):
                    told = about | given.said | {"policy_version": version, "answered_at": tx.now}
                    tx.publish(SatisfactionAnswered(**told))
        return [
            given.asked["question_id"] in taken and first[given.asked["question_id"]] is given
            for given in answers
        ]


def _says_the_same(asked: Row, answer: Answer) -> bool:
    return all(asked[name] == getattr(answer, name) for name in ("solved", "score", "impression"))
