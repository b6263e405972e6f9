"""Endpoints of what intake understands by: the category tree."""

from typing import Annotated, Any

from fastapi import Query, Request

from shared.runtime.dependencies import Work
from shared.runtime.service import service_router

from . import csv_file
from .categories import Categories, list_categories, read_tree

router = service_router("intake", tags=["understanding"])

Under = Annotated[
    str | None,
    Query(
        min_length=1, max_length=200, pattern=r"^[^\x00]+$", description="only this path and what is below it"
    ),
]


@router.get("/categories", summary="The category tree")
async def categories(work: Work, under: Under = None) -> dict[str, Any]:
    """Every category by path; what is empty holds as in the category above."""
    return {"items": await list_categories(work, under)}


@router.put("/categories", summary="Import the category tree", openapi_extra=csv_file.BODY)
async def put_categories(request: Request, work: Work) -> dict[str, Any]:
    """Replace the whole tree by a CSV file of up to three levels with department, case type and fault."""
    tree = read_tree(await csv_file.read_text(request))
    known: Categories = request.app.state.categories
    return {"version": await known.replace(work, tree), "categories": len(tree)}
