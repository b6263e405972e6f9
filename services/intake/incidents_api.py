"""Endpoints of incidents, and the loop that looks for them."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Body, Request
from pydantic import Field

from shared.bus.transience import is_transient
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import Severity
from shared.runtime.dependencies import Work
from shared.runtime.paging import After, Limit
from shared.runtime.service import BackgroundTask, service_router
from shared.runtime.strict_json import Storable, StrictBody

from .incidents import list_incidents, look_for_incidents, open_by_hand, set_state
from .judge_incident import IncidentState
from .policy import IntakePolicy

log = structlog.get_logger()
router = service_router("intake", tags=["incidents"])

Account = Annotated[str, Field(min_length=1, max_length=100), Storable]
Short = Annotated[str, Field(min_length=1, max_length=200), Storable]


class IncidentBody(StrictBody):
    """An incident that somebody knows of; `about` is a category path or a case type; area * is everywhere."""

    about: Short
    area: Account
    by: Account
    severity: Severity = Severity.S2


class ByBody(StrictBody):
    """Who says so."""

    by: Account


@router.get("/incidents", summary="Incidents, by id")
async def incidents(work: Work, after: After = None, limit: Limit = 100) -> dict[str, Any]:
    """Proposed, open and ended ones, with the number of complaints that joined."""
    return await list_incidents(work, after, limit)


@router.post("/incidents", status_code=201, summary="Open an incident")
async def post_incident(work: Work, body: Annotated[IncidentBody, Body()]) -> dict[str, Any]:
    """Like complaints of the last hour, and those to come, join it."""
    return {"incident_id": await open_by_hand(work, body.about, body.area, body.by, body.severity)}


@router.post("/incidents/look", summary="Look for incidents now")
async def post_look(request: Request, work: Work) -> dict[str, int]:
    """What happens every few seconds anyway (REP-8)."""
    return await look_for_incidents(work, request.app.state.policy)


@router.post("/incidents/{incident_id}/open", summary="Open a proposed incident")
async def post_open(incident_id: UUID, work: Work, body: Annotated[ByBody, Body()]) -> dict[str, Any]:
    """A person has looked at it, and it is one."""
    await set_state(work, incident_id, IncidentState.OPEN, body.by)
    return {"incident_id": incident_id}


@router.post("/incidents/{incident_id}/dismiss", summary="Dismiss a proposed incident")
async def post_dismiss(incident_id: UUID, work: Work, body: Annotated[ByBody, Body()]) -> dict[str, Any]:
    """It is none; it is not proposed again by the same complaints."""
    await set_state(work, incident_id, IncidentState.DISMISSED, body.by)
    return {"incident_id": incident_id}


@router.post("/incidents/{incident_id}/resolve", summary="Resolve an incident")
async def post_resolve(incident_id: UUID, work: Work, body: Annotated[ByBody, Body()]) -> dict[str, Any]:
    """It is over, and told to those whose complaints joined it."""
    await set_state(work, incident_id, IncidentState.RESOLVED, body.by)
    return {"incident_id": incident_id}


def keep_looking(work: UnitOfWork, policy_now: Callable[[], IntakePolicy]) -> BackgroundTask:
    """The loop that looks for incidents until it is cancelled, each time by the policy in force."""

    async def look() -> None:
        while True:
            await asyncio.sleep(policy_now().incident.look_every)
            try:
                await look_for_incidents(work, policy_now())
            except Exception as error:  # noqa: BLE001 - say it, and look again
                log.warning(
                    "incidents.failed", reason=type(error).__name__ if is_transient(error) else repr(error)
                )

    return look
