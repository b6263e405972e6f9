"""Endpoints of suggested categories: what a model finds likely of one complaint, and which model that is."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import Request

from shared.bus.statement import Statement
from shared.runtime.dependencies import Work
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.service import service_router

from . import metrics
from .category_model import LONGEST, CategoryModel
from .policy import IntakePolicy
from .suggest_category import agreement, suggest_category

router = service_router("intake", tags=["understanding"])

_SAID = Statement(
    """
    SELECT complaint.category, left(contact.text, :longest) AS text
    FROM complaint JOIN contact ON contact.contact_id = complaint.first_contact_id
    WHERE complaint.complaint_id = :complaint
    """
)


@router.get("/complaints/{complaint_id}/suggested-category", summary="Which category it may have")
async def suggested_category(complaint_id: UUID, request: Request, work: Work) -> dict[str, Any]:
    """For a person to look at: nothing is stored, routed or judged by it. `category` is what somebody told."""
    model = _model(request)
    found = await work.fetch(_SAID, {"complaint": complaint_id, "longest": LONGEST})
    if not found:
        raise NotFoundError("this complaint is not known", "没有这个投诉")
    told, text = found[0]
    policy: IntakePolicy = request.app.state.policy
    [shares] = await asyncio.to_thread(model.probabilities, [text])
    suggested = suggest_category(shares, policy.suggestion)
    metrics.SUGGESTIONS_BY[agreement(suggested, told)].inc()
    return {
        "complaint_id": complaint_id,
        "category": told,
        "suggestions": [one._asdict() for one in suggested],
        "model_version": model.version,
        "policy_version": policy.version,
    }


@router.get("/category-model", summary="The model behind suggested categories")
async def category_model(request: Request) -> dict[str, Any]:
    """Its version, from how much it was made, and how often it was right on what had been kept aside."""
    model = _model(request)
    return {**model.about, "categories": list(model.categories)}


def _model(request: Request) -> CategoryModel:
    model: CategoryModel | None = request.app.state.category_model
    if model is None:
        raise ConflictError("REDRESS_CATEGORY_MODEL is not set", "未设置 REDRESS_CATEGORY_MODEL")
    return model
