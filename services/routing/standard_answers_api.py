"""The doors of routing for standard answers (统一口径): what everybody says to the same question, approved by two."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Path, Query, Request

from shared.bus.statement import Statement
from shared.events.vocabulary import Language
from shared.runtime.dependencies import Work
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.paging import After, Limit, read_page
from shared.runtime.service import service_router
from shared.runtime.strict_json import CleanText

from .at_desk import AtDesk, known
from .bodies import StandardAnswerBody, StandardAnswerEntry, StandardAnswerWord
from .directory_entries import ID_PATTERN
from .standard_answers import (
    MayNotApproveError,
    NoSuchStandardAnswerError,
    StaleAnswerError,
    approve,
    approved,
    fitting_answers,
    versions_of,
    withdraw,
    write,
)
from .standard_answers_csv import COLUMNS, read_answers

router = service_router("routing", tags=["standard answers"])

AnswerId = Annotated[str, Path(pattern=ID_PATTERN)]
By = Annotated[CleanText, Query(min_length=1, max_length=64, description="who writes them")]
Category = Annotated[CleanText | None, Query(max_length=200)]
_CSV = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
_USES = Statement(
    """
    SELECT u.*, s.title FROM standard_answer_use u JOIN standard_answer s USING (answer_id, version)
    WHERE answer_id = :id AND complaint_id > :after ORDER BY complaint_id, used_at LIMIT :limit
    """
)


@asynccontextmanager
async def _refusals() -> AsyncIterator[None]:
    try:
        yield
    except NoSuchStandardAnswerError as error:
        raise NotFoundError("there is no such standard answer in force", "没有生效的此条口径") from error
    except StaleAnswerError as error:
        raise ConflictError(
            f"version {error.now} is the newest by now",
            f"最新版本已是 {error.now}",
            field="version",
            extensions={"current": {"version": error.now}},
        ) from error
    except MayNotApproveError as error:
        raise ConflictError(
            f"somebody else of rank {error.rank} or above has to approve it",
            f"须由其他 {error.rank} 级及以上人员审批",
        ) from error


@router.get("/standard-answers", summary="Standard answers in force")
async def list_answers(
    work: Work, category: Category = None, language: Language | None = None
) -> dict[str, Any]:
    """The approved version of each; of one category or language, if named."""
    rows = [
        dict(row)
        for row in await approved(work)
        if category in (None, row["category"]) and language in (None, row["language"])
    ]
    return {"items": rows}


@router.get("/standard-answers/{answer_id}", summary="Every version of a standard answer, the oldest first")
async def show_answer(answer_id: AnswerId, work: Work) -> dict[str, Any]:
    """With who wrote, approved and withdrew it, and when."""
    async with _refusals():
        return {"items": [dict(row) for row in await versions_of(work, answer_id)]}


@router.put("/standard-answers/{answer_id}", summary="Write a new version of a standard answer")
async def put_answer(
    answer_id: AnswerId, work: Work, desk: AtDesk, body: Annotated[StandardAnswerBody, Body()]
) -> dict[str, Any]:
    """It is a draft until somebody else approves it; the version in force stays in force. The same text changes nothing."""
    known(desk, "by", body.by)
    entry = StandardAnswerEntry(id=answer_id, **body.model_dump(exclude={"by", "version"}))
    async with _refusals():
        await write(work, [entry.model_dump()], body.by, body.version)
    return {"items": [dict(row) for row in await versions_of(work, answer_id)]}


@router.post("/standard-answers/import", summary="Write many standard answers from CSV", openapi_extra=_CSV)
async def import_answers(request: Request, work: Work, desk: AtDesk, by: By) -> dict[str, Any]:
    """All lines or none, as drafts. Columns: id, category (may be empty), language, title, text."""
    known(desk, "by", by)
    entries = read_answers(await request.body())
    await write(work, entries, by)
    return {"imported": len(entries), "columns": list(COLUMNS)}


@router.post("/standard-answers/{answer_id}/approval", summary="Approve the newest version")
async def post_approval(
    answer_id: AnswerId, work: Work, desk: AtDesk, body: Annotated[StandardAnswerWord, Body()]
) -> dict[str, Any]:
    """By somebody of rank who did not write it; it is in force from now on."""
    by = known(desk, "by", body.by)
    async with _refusals():
        await approve(work, desk, answer_id, by, body.version)
    return {"items": [dict(row) for row in await versions_of(work, answer_id)]}


@router.post("/standard-answers/{answer_id}/withdrawal", summary="Use a standard answer no more")
async def post_withdrawal(
    answer_id: AnswerId, work: Work, desk: AtDesk, body: Annotated[StandardAnswerWord, Body()]
) -> dict[str, Any]:
    """In all its versions; a new one can be written."""
    known(desk, "by", body.by)
    async with _refusals():
        await withdraw(work, answer_id, body.by, body.version)
    return {"items": [dict(row) for row in await versions_of(work, answer_id)]}


@router.get("/standard-answers/{answer_id}/uses", summary="On which complaints a standard answer was used")
async def list_uses(
    answer_id: AnswerId, work: Work, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """In which version, by whom, and whether it was adapted."""
    return await read_page(work, _USES, "complaint_id", after, limit, id=answer_id)


@router.get("/complaints/{complaint_id}/standard-answers", summary="Standard answers that fit a complaint")
async def list_fitting(complaint_id: UUID, work: Work) -> dict[str, Any]:
    """In the customer's language, the closest to the category first."""
    found = await fitting_answers(work, complaint_id)
    if found is None:
        raise NotFoundError("there is no such complaint here", "没有这件投诉")
    return {"items": found}
