"""The door of what-if: a policy and calendars that are not in force, tried on complaints of the past."""

from typing import Annotated, Any

from fastapi import Query, Request

from shared.runtime.dependencies import Work
from shared.runtime.policy_api import Keeper
from shared.runtime.service import service_router

from .api import Calendars
from .choose_target import Kept
from .read_calendar import trusted
from .report_doors import Span
from .save_calendar import preview_calendars
from .setup import read_setup
from .setup_doors import BODY, refuse_unknown_calendars
from .what_if import what_if
from .working_time import WorkingTime

router = service_router("sla", tags=["setup"])

MOST = 500_000


@router.post(
    "/what-if", summary="Try a policy on past complaints: how many would have been late", openapi_extra=BODY
)
async def try_on_the_past(
    request: Request,
    work: Work,
    keeper: Keeper,
    calendars: Calendars,
    span: Span,
    *,
    most: Annotated[int, Query(ge=1, le=MOST, description="so many promises are tried at most")] = 100_000,
) -> dict[str, Any]:
    """The document is that of the set-up. Pauses and approved extensions count as they did; nothing is changed."""
    await keeper.refresh()
    setup = read_setup(await request.body(), request.headers.get("content-type", ""), keeper)
    async with work.begin() as tx:
        documents = await preview_calendars(tx, setup.calendars, setup.policy.rest)
        await refuse_unknown_calendars(tx, setup)
        kept = dict(await calendars.newest(tx, setup.policy.calendars()))
    search = setup.policy.rest.search_days
    kept |= {name: Kept(0, WorkingTime(trusted(document), search)) for name, document in documents.items()}
    since, until = span
    found = await what_if(work, setup.policy, kept, since=since, until=until, most=most)
    return {"since": since, "until": until, "policy_version": setup.policy.version, **found}
