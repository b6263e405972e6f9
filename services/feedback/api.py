"""The doors of feedback: the answer page behind the link, and what operators may read."""

from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Body, Depends, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from pydantic import Field, ValidationError
from sqlalchemy import select

from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import Channel
from shared.runtime.dependencies import Work
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.paging import After, Limit, read_page
from shared.runtime.service import service_router
from shared.runtime.strict_json import StrictBody, Whole, YesNo

from .answer_page import answer_page, thanks_page
from .answer_question import Answer, NoSuchQuestionError, QuestionEndedError, answer_question, find_question
from .policy import FeedbackPolicy
from .tables import question

router = service_router("feedback", tags=["feedback"])

Token = Annotated[str, Path(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
_SHOWN = [column for column in question.c if column.name != "token_digest"]


class AnswerBody(StrictBody):
    """A customer's answer."""

    solved: YesNo = Field(description="was the complaint put right?")
    score: Whole = Field(ge=1, le=5, description="1 very dissatisfied … 5 very satisfied")
    impression: Whole | None = Field(None, ge=1, le=5, description="impression of the company, 1 … 5")


async def _policy(request: Request) -> FeedbackPolicy:
    policy: FeedbackPolicy = request.app.state.policy
    return policy


@router.get("/answers/{token}", response_class=HTMLResponse, summary="The answer page behind the link")
async def show_answer_page(token: Token, work: Work) -> HTMLResponse:
    """A page that works without JavaScript, in the customer's language."""
    asked = await _asked(work, token)
    return HTMLResponse(
        answer_page(
            asked["receipt_number"], asked["language"], asked["state"], f"/feedback/v1/answers/{token}/form"
        )
    )


@router.post("/answers/{token}", summary="Answer the question")
async def answer(
    token: Token,
    work: Work,
    policy: Annotated[FeedbackPolicy, Depends(_policy)],
    body: Annotated[AnswerBody, Body()],
) -> dict[str, Any]:
    """Answer once; the same answer again is taken as said, another one is refused with 409."""
    judged = await _answer(work, policy, token, body)
    return {"question_id": judged["question_id"], "satisfied": judged["satisfied"]}


@router.post("/answers/{token}/form", response_class=HTMLResponse, include_in_schema=False)
async def answer_by_form(
    token: Token, request: Request, work: Work, policy: Annotated[FeedbackPolicy, Depends(_policy)]
) -> Response:
    """The same, as a browser posts a form."""
    fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=10))
    try:
        body = AnswerBody.model_validate_strings(fields)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from error
    asked = await _asked(work, token)
    await _answer(work, policy, token, body)
    return HTMLResponse(thanks_page(asked["language"]))


@router.get("/questions", summary="Questions, by id")
async def list_questions(work: Work, after: After = None, limit: Limit = 100) -> dict[str, Any]:
    """Every question with its state and answer."""
    async with work.read() as connection:
        return await read_page(connection, select(*_SHOWN), question, "question_id", after, limit)


@router.get("/complaints/{complaint_id}/questions", summary="The questions about one complaint")
async def questions_of(complaint_id: UUID, work: Work) -> list[dict[str, Any]]:
    """One per resolution, the first first."""
    async with work.read() as connection:
        rows = await connection.execute(
            select(*_SHOWN).where(question.c.complaint_id == complaint_id).order_by(question.c.round)
        )
        return [dict(row) for row in rows.mappings()]


async def _asked(work: UnitOfWork, token: str) -> dict[str, Any]:
    async with work.read() as connection:
        asked = await find_question(connection, token)
    if asked is None:
        raise NotFoundError("this link is not known", "链接无效")
    return asked


async def _answer(work: UnitOfWork, policy: FeedbackPolicy, token: str, body: AnswerBody) -> dict[str, Any]:
    given = Answer(body.solved, body.score, body.impression, Channel.WEB)
    try:
        return await answer_question(work, policy, token, given)
    except NoSuchQuestionError as error:
        raise NotFoundError("this link is not known", "链接无效") from error
    except QuestionEndedError as error:
        raise ConflictError(
            "this question was answered before, or the time for it has passed",
            "此问题已经回答过，或已超过回答时间",
        ) from error
