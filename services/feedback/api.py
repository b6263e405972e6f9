"""The doors of feedback: the answer page behind the link, and what operators may read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Body, Depends, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from pydantic import Field, ValidationError

from shared.bus.statement import Statement
from shared.events.vocabulary import Channel
from shared.runtime.dependencies import Work
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.paging import After, Limit, read_page
from shared.runtime.service import service_router
from shared.runtime.strict_json import StrictBody, Whole, YesNo

from .answer_page import answer_page, thanks_page
from .answer_question import (
    Answer,
    Answered,
    Answers,
    NoSuchQuestionError,
    QuestionEndedError,
    find_question,
)

router = service_router("feedback", tags=["feedback"])

Token = Annotated[str, Path(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]

_PAGE = Statement(
    """
    SELECT question_id, complaint_id, round, ask_at, answer_by, state, asked_at, ended_at,
        solved, score, impression, satisfied, dissatisfied, policy_version
    FROM question WHERE question_id > :after ORDER BY question_id LIMIT :limit
    """
)
_OF_COMPLAINT = Statement(
    """
    SELECT question_id, complaint_id, round, ask_at, answer_by, state, asked_at, ended_at,
        solved, score, impression, satisfied, dissatisfied, policy_version
    FROM question WHERE complaint_id = :complaint_id ORDER BY round
    """
)


class AnswerBody(StrictBody):
    """A customer's answer."""

    solved: YesNo = Field(description="was the complaint put right?")
    score: Whole = Field(ge=1, le=5, description="1 very dissatisfied … 5 very satisfied")
    impression: Whole | None = Field(None, ge=1, le=5, description="impression of the company, 1 … 5")


async def _answers(request: Request) -> Answers:
    answers: Answers = request.app.state.answers
    return answers


TakesAnswers = Annotated[Answers, Depends(_answers)]


@router.get("/answers/{token}", response_class=HTMLResponse, summary="The answer page behind the link")
async def show_answer_page(token: Token, work: Work) -> HTMLResponse:
    """A page that works without JavaScript, in the customer's language."""
    with _refusals():
        asked = await find_question(work, token)
    return HTMLResponse(
        answer_page(
            asked["receipt_number"], asked["language"], asked["state"], f"/feedback/v1/answers/{token}/form"
        )
    )


@router.post("/answers/{token}", summary="Answer the question")
async def answer(token: Token, answers: TakesAnswers, body: Annotated[AnswerBody, Body()]) -> dict[str, Any]:
    """Answer once; the same answer again is taken as said, another one is refused with 409."""
    answered = await _answer(answers, token, body)
    return {"question_id": answered.question_id, "satisfied": answered.satisfied}


@router.post("/answers/{token}/form", response_class=HTMLResponse, include_in_schema=False)
async def answer_by_form(token: Token, request: Request, answers: TakesAnswers) -> Response:
    """The same, as a browser posts a form."""
    fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=10))
    try:
        body = AnswerBody.model_validate_strings(fields)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from error
    answered = await _answer(answers, token, body)
    return HTMLResponse(thanks_page(answered.language))


@router.get("/questions", summary="Questions, by id")
async def list_questions(work: Work, after: After = None, limit: Limit = 100) -> dict[str, Any]:
    """Every question with its state and answer."""
    return await read_page(work, _PAGE, "question_id", after, limit)


@router.get("/complaints/{complaint_id}/questions", summary="The questions about one complaint")
async def questions_of(complaint_id: UUID, work: Work) -> list[dict[str, Any]]:
    """One per resolution, the first first."""
    return [dict(row) for row in await work.fetch(_OF_COMPLAINT, {"complaint_id": complaint_id})]


async def _answer(answers: Answers, token: str, body: AnswerBody) -> Answered:
    given = Answer(body.solved, body.score, body.impression, Channel.WEB)
    with _refusals():
        return await answers.take(token, given)


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what customers cannot do into a problem that says why."""
    try:
        yield
    except NoSuchQuestionError as error:
        raise NotFoundError("this link is not known", "链接无效") from error
    except QuestionEndedError as error:
        raise ConflictError(
            "this question was answered before, or the time for it has passed",
            "此问题已经回答过，或已超过回答时间",
        ) from error
