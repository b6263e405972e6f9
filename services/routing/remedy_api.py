"""The doors of routing for remedies: what is owed to the customer, who grants it, and that it was paid."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body

from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError
from shared.runtime.paging import After, Limit
from shared.runtime.service import service_router

from .at_desk import AtDesk, known, said
from .bodies import (
    AcceptanceBody,
    ChargeBody,
    CompensationBody,
    DisputeBody,
    ForIncidentBody,
    PaymentBody,
    RemedyBody,
)
from .charges import dispute_charge
from .compensate import compensate
from .compensate_children import decide_for_all, decided_for_all
from .grant_remedy import note_payment, propose_remedy, refuse, sign
from .of_complaint import OfComplaint
from .refusals import refusals
from .remedy_authority import condition_in

router = service_router("routing", tags=["remedies"])

_REMEDIES = OfComplaint("remedy", "remedy_id")
_CHARGES = OfComplaint("disputed_charge", "charge_id")


@router.post("/complaints/{complaint_id}/remedies", summary="Propose a remedy")
async def post_remedy(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[RemedyBody, Body()]
) -> dict[str, Any]:
    """By owner or handler. Granted at once within one's own authority; else `because` says why others must sign
    (REM-1 to REM-5, REM-8). It is owed: a text that ties it to a sale is refused (REM-10).
    """
    async with said(work, desk, complaint_id, body) as by:
        if words := condition_in(body.text, desk.policy.remedy):
            raise UnprocessableError(
                f"“{words}” ties what is owed to a sale (REM-10)",
                f"“{words}”：补救不得以购买为条件（REM-10）",
                field="text",
            )
        await propose_remedy(
            *(work, desk, complaint_id),
            kind=body.kind,
            amount=body.amount,
            period_fee=body.period_fee,
            text=body.text,
            by=by,
        )
    return await _REMEDIES.all(work, complaint_id)


@router.get("/complaints/{complaint_id}/remedies", summary="Remedies of a complaint, the oldest first")
async def list_remedies(
    complaint_id: UUID, work: Work, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """Amounts in the smallest unit, with who has signed and until when each is to be paid."""
    return await _REMEDIES.page(work, complaint_id, after, limit)


@router.post("/complaints/{complaint_id}/remedies/{remedy_id}/approval", summary="Sign a remedy")
async def post_approval(
    complaint_id: UUID, remedy_id: UUID, work: Work, desk: AtDesk, body: Annotated[AcceptanceBody, Body()]
) -> dict[str, Any]:
    """By somebody of the rank needed, or of legal; never by who proposed it, and by nobody twice (REM-4)."""
    async with said(work, desk, complaint_id, body) as by:
        await sign(work, desk, complaint_id, remedy_id, by)
    return await _REMEDIES.all(work, complaint_id)


@router.post("/complaints/{complaint_id}/remedies/{remedy_id}/refusal", summary="Say no to a remedy")
async def post_refusal(
    complaint_id: UUID, remedy_id: UUID, work: Work, desk: AtDesk, body: Annotated[DisputeBody, Body()]
) -> dict[str, Any]:
    """By somebody of the rank needed, with the reason."""
    async with said(work, desk, complaint_id, body) as by:
        await refuse(work, complaint_id, remedy_id, by, body.text)
    return await _REMEDIES.all(work, complaint_id)


@router.post("/complaints/{complaint_id}/remedies/{remedy_id}/payment", summary="Note that it was paid")
async def post_payment(
    complaint_id: UUID, remedy_id: UUID, work: Work, desk: AtDesk, body: Annotated[PaymentBody, Body()]
) -> dict[str, Any]:
    """Once; `payment` is the number of the payment. It is late after a week (REM-7)."""
    async with said(work, desk, complaint_id, body) as by:
        await note_payment(work, complaint_id, remedy_id, by.id, body.payment)
    return await _REMEDIES.all(work, complaint_id)


@router.post("/complaints/{complaint_id}/compensations", summary="Grant what is owed of itself")
async def post_compensation(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[CompensationBody, Body()]
) -> dict[str, Any]:
    """By owner or handler, for a missed visit or a late start, where a scheme is switched on (REM-6). For a late repair
    it is granted with the resolution.
    """
    async with said(work, desk, complaint_id, body):
        await compensate(work, desk, complaint_id, event=body.event, days=body.days, by=body.by)
    return await _REMEDIES.all(work, complaint_id)


@router.post("/complaints/{complaint_id}/charges", summary="Note a charge that the customer disputes")
async def post_charge(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[ChargeBody, Body()]
) -> dict[str, Any]:
    """By owner or handler. It is frozen until the complaint has ended (REM-9)."""
    async with said(work, desk, complaint_id, body):
        await dispute_charge(
            *(work, desk, complaint_id),
            reference=body.reference,
            amount=body.amount,
            text=body.text,
            by=body.by,
        )
    return await _CHARGES.all(work, complaint_id)


@router.get(
    "/complaints/{complaint_id}/charges", summary="Charges that the customer disputes, the oldest first"
)
async def list_charges(
    complaint_id: UUID, work: Work, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """Frozen, or released with the end."""
    return await _CHARGES.page(work, complaint_id, after, limit)


@router.post("/incidents/{incident_id}/compensations", summary="Grant what is owed to all of an incident")
async def post_for_incident(
    incident_id: UUID, work: Work, desk: AtDesk, body: Annotated[ForIncidentBody, Body()]
) -> dict[str, Any]:
    """By a head of department, for a missed visit or a late start, once each; every complaint of the incident that has not
    ended, and every one that joins it later, is granted it once (REM-6). For the late repair itself each is granted its
    own with the resolution of the incident.
    """
    by = known(desk, "by", body.by)
    async with refusals(work, incident_id):
        await decide_for_all(work, desk, incident_id, event=body.event, days=body.days, by=by)
    return await list_for_incident(incident_id, work)


@router.get("/incidents/{incident_id}/compensations", summary="What is owed to all of an incident")
async def list_for_incident(incident_id: UUID, work: Work) -> dict[str, Any]:
    """With who decided it and to how many it was granted so far."""
    return {"items": [dict(row) for row in await decided_for_all(work, incident_id)]}
