"""The doors of routing for the talk with a customer: what moves them, and what helps with that."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body
from pydantic import Field

from shared.events.vocabulary import Motive
from shared.runtime.dependencies import Work
from shared.runtime.service import service_router

from .at_desk import AtDesk, known
from .bodies import Account, CommandBody
from .motives import note_motives
from .refusals import refusals

router = service_router("routing", tags=["talk"])


class MotivesBody(CommandBody):
    """What moves the customer, as whoever talks to them finds it; several at once, or none."""

    motives: tuple[Motive, ...] = Field(max_length=6)
    by: Account


@router.put("/complaints/{complaint_id}/motives", summary="Note what moves the customer")
async def put_motives(
    complaint_id: UUID, work: Work, desk: AtDesk, body: Annotated[MotivesBody, Body()]
) -> dict[str, Any]:
    """By owner or handler; in the place of what was known. The answer has hints for the talk, the strictest first."""
    by = known(desk, "by", body.by)
    async with refusals(work, complaint_id, body.version):
        return await note_motives(work, desk, complaint_id, body.motives, by.id)
