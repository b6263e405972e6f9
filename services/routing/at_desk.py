"""What the endpoints of routing ask for: the desk with the directory of this moment, accounts that exist, and who speaks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import Depends, Request

from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError

from .accept_resolution import no_reason_in
from .desk import Desk
from .directory import Member
from .refusals import refusals
from .work_together import WorkTogether


async def _desk(request: Request, work: Work) -> Desk:
    desk: Desk = request.app.state.desk
    await desk.staff.keep_fresh(work)
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
"""The desk; departments and staff are those of a second ago at most."""


async def _together(request: Request) -> WorkTogether:
    together: WorkTogether = request.app.state.together
    return together


Together = Annotated[WorkTogether, Depends(_together)]
"""Carries out what is done to cases."""


class Command(Protocol):
    """What staff say: with their account, and with the version of the case that they saw, if they say so."""

    @property
    def by(self) -> str:
        """Their account."""

    @property
    def version(self) -> int | None:
        """Of the case."""


def known(desk: Desk, field: str, account: str) -> Member:
    """The member of staff with this account. Raises UnprocessableError that names the field."""
    member = desk.directory.member(account)
    if member is None:
        raise UnprocessableError("is no account of the staff directory", "不是员工名册中的账号", field=field)
    return member


def must_be_reason(text: str, desk: Desk) -> None:
    """Raises UnprocessableError where the text only says whose business it is not (FC-12)."""
    if words := no_reason_in(text, None, desk.policy.work):
        raise UnprocessableError(
            f"“{words}” is no reason (FC-12)", f"“{words}”不能作为理由（FC-12）", field="text"
        )


@asynccontextmanager
async def said(work: Work, desk: Desk, complaint_id: UUID, command: Command) -> AsyncIterator[Member]:
    """Who gives a command about a complaint, while it is carried out; what cannot be done becomes a problem."""
    by = known(desk, "by", command.by)
    async with refusals(work, complaint_id, command.version):
        yield by
