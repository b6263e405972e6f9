"""Endpoints of duties: what is still to be done, a frozen service, and who an unknown caller was."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Request
from pydantic import Field

from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError
from shared.runtime.paging import After, Limit
from shared.runtime.service import service_router
from shared.runtime.strict_json import Storable, StrictBody, YesNo

from .contact_forms import EmailAddress, PhoneNumber
from .duties import finish_freeze, list_open
from .identify_caller import identify_caller
from .identify_customer import CustomerKeys
from .phone_numbers import ImpossibleNumberError, read_customer_number
from .policy import IntakePolicy

router = service_router("intake", tags=["duties"])

Account = Annotated[str, Field(min_length=1, max_length=100), Storable]


class CallerBody(StrictBody):
    """Who an unknown caller was, by at least one key; the operator's id is the strongest."""

    by: Account
    external_id: Account | None = None
    account: Account | None = None
    phone: PhoneNumber | None = None
    email: EmailAddress | None = None

    def keys(self, region: str) -> CustomerKeys:
        """The keys, the strongest first. Raises UnprocessableError."""
        others = [f"account:{self.account}"] if self.account else []
        if self.phone:
            try:
                others.append(f"phone:{read_customer_number(self.phone, region).e164}")
            except ImpossibleNumberError as error:
                raise UnprocessableError(
                    "is not a possible phone number", "不是有效的电话号码", field="phone"
                ) from error
        if self.email:
            others.append(f"email:{self.email.lower()}")
        keys = CustomerKeys(f"external:{self.external_id}" if self.external_id else None, tuple(others))
        if not keys.all:
            raise UnprocessableError(
                "say by what the customer is known", "请至少提供一项客户标识", field="external_id"
            )
        return keys


class FreezeBody(StrictBody):
    """Whether the service was frozen; `frozen` is false if it turned out that it need not be."""

    by: Account
    frozen: YesNo


@router.get("/duties", summary="What is still to be done within its time")
async def duties(work: Work, after: After = None, limit: Limit = 100) -> dict[str, Any]:
    """Callers to be identified (GRD-U) and services to be frozen (SEV-1), the oldest first."""
    return await list_open(work, after, limit)


@router.put("/complaints/{complaint_id}/customer", summary="Say who an unknown caller was")
async def put_customer(
    complaint_id: UUID, request: Request, work: Work, body: Annotated[CallerBody, Body()]
) -> dict[str, Any]:
    """Who is known by one of the keys becomes its customer; else the caller is known by them from now on."""
    policy: IntakePolicy = request.app.state.policy
    keys = body.keys(policy.phone.region)
    customer = await identify_caller(work, complaint_id, keys, body.by, policy)
    return {"complaint_id": complaint_id, "customer_id": customer}


@router.put("/complaints/{complaint_id}/service-freeze", summary="Say that a service is frozen")
async def put_freeze(complaint_id: UUID, work: Work, body: Annotated[FreezeBody, Body()]) -> dict[str, Any]:
    """Only of a complaint that tells of fraud, and once."""
    await finish_freeze(work, complaint_id, body.by, frozen=body.frozen)
    return {"complaint_id": complaint_id, "frozen": body.frozen}
