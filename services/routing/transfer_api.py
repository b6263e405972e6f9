"""The doors of routing for handing work over: offered with a packet, accepted, disputed, decided."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body

from shared.events.vocabulary import TransferReason
from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError
from shared.runtime.paging import After, Limit
from shared.runtime.service import service_router

from .at_desk import AtDesk, known, said
from .bodies import AcceptanceBody, DecisionBody, DisputeBody, TransferBody
from .judge_transfer import is_a_reason, missing_from_packet
from .of_complaint import OfComplaint
from .policy import TransferPolicy
from .transfer_case import accept, decide, dispute, offer

router = service_router("routing", tags=["hand-overs"])

_TRANSFERS = OfComplaint("transfer", "transfer_id")


def must_be_a_reason(reason: TransferReason, policy: TransferPolicy) -> None:
    """Refuses what the policy does not list, and says what it lists (FC-6)."""
    if not is_a_reason(reason, policy):
        listed = ", ".join(policy.reasons)
        raise UnprocessableError(
            f"nothing is handed over for this reason; the reasons are {listed} (FC-6)",
            f"不得以此原因转办；可用的原因：{listed}（FC-6）",
            field="reason",
        )


@router.post("/complaints/{complaint_id}/transfer", summary="Ask somebody else to work on it")
async def post_transfer(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[TransferBody, Body()]
) -> dict[str, Any]:
    """For one of the reasons of FC-6, with the packet of FC-7, by owner or handler. The owner stays.

    It takes effect when the receiver accepts, or is there and says nothing in time (FC-8). Back to oneself, or
    by a coordinator, it takes effect at once.
    """
    async with said(work, desk, complaint_id, body):
        must_be_a_reason(body.reason, desk.policy.transfer)
        receiver = known(desk, "to", body.to)
        packet = body.packet()
        for name in missing_from_packet(packet, desk.policy.transfer):
            raise UnprocessableError("the receiver has to be told (FC-7)", "须告知接收人（FC-7）", field=name)
        done = await offer(
            *(work, desk, complaint_id), receiver=receiver, reason=body.reason, by=body.by, packet=packet
        )
        return done.shown()


@router.post("/complaints/{complaint_id}/transfer/acceptance", summary="Take on what was offered")
async def post_acceptance(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[AcceptanceBody, Body()]
) -> dict[str, Any]:
    """By the receiver (FC-8)."""
    async with said(work, desk, complaint_id, body):
        return (await accept(work, desk, complaint_id, body.by)).shown()


@router.post("/complaints/{complaint_id}/transfer/dispute", summary="Say that it is not one's own")
async def post_dispute(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[DisputeBody, Body()]
) -> dict[str, Any]:
    """By the receiver, who keeps it and may not pass it on until a coordinator has decided (FC-10)."""
    async with said(work, desk, complaint_id, body):
        return (await dispute(work, desk, complaint_id, body.by, body.text)).shown()


@router.post("/complaints/{complaint_id}/transfer/decision", summary="Decide who works on it")
async def post_decision(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[DecisionBody, Body()]
) -> dict[str, Any]:
    """By a coordinator, about a disputed hand-over (FC-10)."""
    async with said(work, desk, complaint_id, body):
        handler = known(desk, "handler_id", body.handler_id)
        return (await decide(work, desk, complaint_id, body.by, handler)).shown()


@router.get(
    "/complaints/{complaint_id}/transfers", summary="Every hand-over of a complaint, the oldest first"
)
async def list_transfers(
    complaint_id: UUID, work: Work, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """With what the receiver was told, and what became of it."""
    return await _TRANSFERS.page(work, complaint_id, after, limit)
