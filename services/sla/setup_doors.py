"""The doors of the whole set-up: take it out as one TOML or YAML file, try one, put one in force."""

from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response

from shared.bus.unit_of_work import Transaction
from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError
from shared.runtime.policy_api import Keeper
from shared.runtime.policy_changes import Asked, add_in
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable

from .calendar_doors import DryRun
from .calendar_store import LOCK
from .dry_run import dry_run as count_moves
from .save_calendar import preview_calendars, save_calendars
from .setup import Setup, changed_calendars, compared, read_setup, setup_in_force
from .write_toml import write_toml
from .yaml_text import write_yaml

router = service_router("sla", tags=["setup"])

TOML, YAML = "application/toml", "application/yaml"
_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {TOML: _TEXT, YAML: _TEXT}}}
BODY = {
    "requestBody": {
        "required": True,
        "description": "`policy` (what changes and a new version; all of it if `complete`) and `calendars` by name.",
        "content": {
            TOML: _TEXT,
            YAML: _TEXT,
            "application/json": {"schema": {"type": "object"}},
        },
    }
}

By = Annotated[str, Query(min_length=1, max_length=100, description="who changes it"), Storable]
Reason = Annotated[str, Query(min_length=1, max_length=2000, description="why"), Storable]


@router.get("/setup", summary="The policy in force and all calendars as one file", responses=_FILE)
async def export_setup(request: Request, work: Work, keeper: Keeper) -> Response:
    """TOML, or YAML with `Accept: application/yaml`. It can be edited and put back, here or in another installation."""
    await keeper.refresh()
    async with work.begin() as tx:
        document = await setup_in_force(tx, keeper.now)
    as_yaml = "yaml" in request.headers.get("accept", "").lower()
    text = write_yaml(document) if as_yaml else write_toml(document)
    return Response(text, media_type=f"{YAML if as_yaml else TOML}; charset=utf-8")


@router.put("/setup", summary="Put a policy and calendars in force together", openapi_extra=BODY)
async def import_setup(
    request: Request, work: Work, keeper: Keeper, by: By, reason: Reason, *, dry_run: DryRun = False
) -> dict[str, Any]:
    """All or nothing, in one transaction. `dry_run` tells what differs and what would move."""
    await keeper.refresh()
    setup = read_setup(await request.body(), request.headers.get("content-type", ""), keeper)
    async with work.begin() as tx:
        now = await setup_in_force(tx, keeper.now)
        changed = changed_calendars(now, setup)
        documents = await preview_calendars(tx, changed, setup.policy.rest)
        await refuse_unknown_calendars(tx, setup)
    told: dict[str, Any] = {"differences": compared(now, setup), "calendars": sorted(changed)}
    if dry_run:
        moves = await count_moves(work, documents, setup.policy)
        return told | {"changed": False, "policy_version": setup.policy.version, "moves": moves}
    recomputed = 0
    async with work.begin(LOCK) as tx:
        if changed:
            recomputed = (await save_calendars(tx, changed, setup.policy.rest)).promises
        if setup.change is not None:
            await add_in(tx, keeper, Asked(setup.change, by, reason, None, keeper.now.version))
    await keeper.refresh()
    return told | {
        "changed": bool(changed or setup.change is not None),
        "policy_version": keeper.now.version,
        "promises_recomputed": recomputed,
    }


async def refuse_unknown_calendars(tx: Transaction, setup: Setup) -> None:
    """A calendar that nobody has saved would count day and night, which nobody means who names it."""
    known = {*(await setup_in_force(tx, setup.policy))["calendars"], *setup.calendars}
    missing = sorted(setup.policy.calendars() - known)
    if missing and setup.change is not None:
        raise UnprocessableError(
            f"there is no calendar {', '.join(missing)}", f"没有日历 {'、'.join(missing)}", field="policy"
        )
