"""Endpoints of the customer registry: enter and import, merge and undo, and who is no customer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Request
from pydantic import Field

from shared.runtime.dependencies import Work
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable, StrictBody, YesNo

from . import csv_file
from .account_profile import AccountProfile, keep_profile, show_profile
from .customer_records import CustomerRecords, from_csv, with_keys
from .merge_customers import merge_customers, note_no_customer, undo_merge
from .policy import IntakePolicy
from .register_customers import register_customers

router = service_router("intake", tags=["customers"])

Account = Annotated[str, Field(min_length=1, max_length=100), Storable]


class MergeBody(StrictBody):
    """Into whom a customer is merged."""

    into: UUID
    by: Account
    although_ids_differ: YesNo = False


class UndoBody(StrictBody):
    """Who undoes a merge."""

    by: Account


@router.post("/customers", summary="Enter or change many customers")
async def post_customers(
    request: Request, work: Work, body: Annotated[CustomerRecords, Body()]
) -> dict[str, int]:
    """All or none. `known`: customers and callers known before by one of their keys."""
    policy: IntakePolicy = request.app.state.policy
    places = [(f"customers.{n}", record) for n, record in enumerate(body.customers)]
    return (await register_customers(work, with_keys(places, policy.phone.region), policy))._asdict()


@router.post("/customers/import", summary="Enter or change customers from CSV", openapi_extra=csv_file.BODY)
async def import_customers(request: Request, work: Work) -> dict[str, int]:
    """All lines or none; a file of more than 256 KiB goes in parts. Several phones are separated by semicolons."""
    policy: IntakePolicy = request.app.state.policy
    records = from_csv(await csv_file.read_text(request))
    return (await register_customers(work, with_keys(records, policy.phone.region), policy))._asdict()


@router.post("/customers/{customer_id}/merge", summary="Two customers are one")
async def post_merge(
    customer_id: UUID, request: Request, work: Work, body: Annotated[MergeBody, Body()]
) -> dict[str, Any]:
    """Keys and complaints of this customer go to `into`; the merge can be undone by its id."""
    merge_id = await merge_customers(
        work,
        customer_id,
        body.into,
        body.by,
        request.app.state.policy,
        although_ids_differ=body.although_ids_differ,
    )
    return {"merge_id": merge_id}


@router.post("/merges/{merge_id}/undo", summary="They were two after all")
async def post_undo(merge_id: UUID, work: Work, body: Annotated[UndoBody, Body()]) -> dict[str, Any]:
    """Keys and complaints that came with the merge go back; what came later stays."""
    await undo_merge(work, merge_id, body.by)
    return {"merge_id": merge_id}


@router.put("/customers/{customer_id}/not-a-customer", summary="A caller is no customer")
async def put_no_customer(
    customer_id: UUID, work: Work, body: Annotated[UndoBody | None, Body()] = None
) -> dict[str, Any]:
    """Only of callers without an id in the operator's systems; every complaint of theirs goes on."""
    await note_no_customer(work, customer_id, body.by if body else "staff")
    return {"customer_id": customer_id, "not_a_customer": True}


@router.put("/customers/{customer_id}/profile", summary="Write the profile of a key account")
async def put_profile(
    customer_id: UUID, request: Request, work: Work, body: Annotated[AccountProfile, Body()]
) -> dict[str, Any]:
    """Replaces the profile; answers with its completeness and with what is missing."""
    policy: IntakePolicy = request.app.state.policy
    return await keep_profile(work, customer_id, body, policy.profile, policy.version)


@router.get("/customers/{customer_id}/profile", summary="The profile of a key account")
async def get_profile(customer_id: UUID, work: Work) -> dict[str, Any]:
    """Everything in it, and how complete it was when it was written."""
    return await show_profile(work, customer_id)
