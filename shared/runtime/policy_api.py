"""What a service decides by, over HTTP: the policy in force, its versions, what lies between two, and new ones."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AwareDatetime, Field
from pydantic_core import from_json

from .dependencies import Work
from .errors import REFUSALS, language_of
from .policy_changes import Asked, put_version, unknown, withdraw
from .policy_document import differences, read_document
from .policy_keeper import PolicyKeeper
from .policy_store import all_versions, coming, one_version
from .strict_json import Storable, StrictBody, StrictJsonRoute

Name = Annotated[str, Query(min_length=1, max_length=100), Storable]
Named = Annotated[str, Path(max_length=100), Storable]

_DOCUMENT = {
    "requestBody": {
        "required": True,
        "description": "The fields that change, and a new `version`. Tables are merged; null takes a field away.",
        "content": {
            "application/json": {"schema": {"type": "object", "required": ["version"]}},
            "application/toml": {"schema": {"type": "string"}},
        },
    }
}


class AskedFor(StrictBody):
    """Who changes the policy and why; at once, or from `valid_from` on.

    `based_on`: the version that is changed; without it the one that will be in force then.
    """

    by: Annotated[str, Field(min_length=1, max_length=100), Storable]
    reason: Annotated[str, Field(min_length=1, max_length=2000), Storable]
    valid_from: AwareDatetime | None = None
    based_on: Annotated[str, Field(min_length=1, max_length=100), Storable] | None = None


class WithdrawalBody(StrictBody):
    """Who withdraws a version."""

    by: Annotated[str, Field(min_length=1, max_length=100), Storable]


async def _keeper(request: Request) -> PolicyKeeper[Any]:
    keeper: PolicyKeeper[Any] = request.app.state.policy_keeper
    return keeper


Keeper = Annotated[PolicyKeeper[Any], Depends(_keeper)]


def policy_routes(service: str) -> APIRouter:
    """GET and POST below /<service>/v1/policy."""
    router = APIRouter(
        prefix=f"/{service}/v1/policy", tags=["policy"], responses=REFUSALS, route_class=StrictJsonRoute
    )
    router.add_api_route("", in_force, methods=["GET"], summary="The policy in force")
    router.add_api_route("/versions", versions, methods=["GET"], summary="All versions, the newest first")
    router.add_api_route("/versions/{version}", version_with_document, methods=["GET"], summary="One version")
    router.add_api_route("/diff", between, methods=["GET"], summary="What differs between two versions")
    router.add_api_route(
        "/versions",
        post_version,
        methods=["POST"],
        status_code=201,
        summary="Put a new version",
        openapi_extra=_DOCUMENT,
    )
    router.add_api_route(
        "/versions/{version}/withdraw",
        post_withdrawal,
        methods=["POST"],
        summary="Withdraw a version that is not in force yet",
    )
    return router


async def in_force(request: Request, work: Work, keeper: Keeper) -> dict[str, Any]:
    """What this process decides by at this moment, and what will come."""
    await keeper.refresh()
    row = await one_version(work, keeper.now.version)
    return {
        "version": keeper.now.version,
        "source": "file" if row is None or row["valid_from"] is None else "api",
        **_told(row),
        "not_understood": keeper.not_understood and keeper.not_understood[language_of(request)],
        "coming": [dict(one) for one in await coming(work)],
        "document": keeper.now.model_dump(mode="json"),
    }


async def versions(work: Work, keeper: Keeper) -> dict[str, Any]:
    """Who changed what when and why; IN_FORCE, COMING, PAST or WITHDRAWN."""
    await keeper.refresh()
    yet_to_come = {row["version"] for row in await coming(work)}
    return {
        "items": [
            {"version": row["version"], "state": _state(row, keeper, yet_to_come), **_told(row)}
            for row in await all_versions(work)
        ]
    }


async def version_with_document(version: Named, work: Work, keeper: Keeper) -> dict[str, Any]:
    """All its numbers, and which of them it changed."""
    await keeper.refresh()
    row = await one_version(work, version)
    if row is None:
        raise unknown(version)
    yet_to_come = {one["version"] for one in await coming(work)}
    return {
        "version": version,
        "state": _state(row, keeper, yet_to_come),
        **_told(row),
        "withdrawn_by": row["withdrawn_by"],
        "change": row["change"],
        "document": _document(row),
    }


async def between(
    work: Work,
    keeper: Keeper,
    to: Annotated[Name, Query(description="a version")],
    since: Annotated[
        Name | None, Query(alias="from", description="a version; the one in force without it")
    ] = None,
) -> dict[str, Any]:
    """Every field that differs, with both values; a side without the field is not named."""
    await keeper.refresh()
    since = since or keeper.now.version
    documents = []
    for version in (since, to):
        row = await one_version(work, version)
        if row is None:
            raise unknown(version)
        documents.append(_document(row))
    return {"from": since, "to": to, "differences": differences(*documents)}


async def post_version(
    request: Request, work: Work, keeper: Keeper, asked: Annotated[AskedFor, Query()]
) -> dict[str, Any]:
    """It is checked as the file is. Every process decides by it within a second of `valid_from`."""
    change = read_document(await request.body(), request.headers.get("content-type", ""))
    return await put_version(work, keeper, Asked(change, **dict(asked)))


async def post_withdrawal(version: Named, work: Work, keeper: Keeper, body: WithdrawalBody) -> dict[str, Any]:
    """What is or was in force stays: decisions name it."""
    await keeper.refresh()
    return await withdraw(work, version, body.by)


def _document(row: Any) -> Any:
    return from_json(row["content"]) if row["content"] else row["document"]


def _told(row: Any) -> dict[str, Any]:
    if row is None:
        return {}
    told = {name: row[name] for name in ("valid_from", "based_on", "changed_by", "reason")}
    return told | {"stored_at": row["loaded_at"]}


def _state(row: Any, keeper: PolicyKeeper[Any], yet_to_come: set[str]) -> str:
    if row["version"] == keeper.now.version:
        return "IN_FORCE"
    if row["withdrawn_at"] is not None:
        return "WITHDRAWN"
    return "COMING" if row["version"] in yet_to_come else "PAST"
