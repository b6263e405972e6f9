"""What the endpoints of routing ask for: the desk with the directory of this moment, and accounts that exist."""

from typing import Annotated

from fastapi import Depends, Request

from shared.runtime.dependencies import Work
from shared.runtime.errors import UnprocessableError

from .desk import Desk
from .directory import Member


async def _desk(request: Request, work: Work) -> Desk:
    desk: Desk = request.app.state.desk
    await desk.staff.keep_fresh(work)
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
"""The desk; departments and staff are those of a second ago at most."""


def known(desk: Desk, field: str, account: str) -> Member:
    """The member of staff with this account. Raises UnprocessableError that names the field."""
    member = desk.directory.member(account)
    if member is None:
        raise UnprocessableError("is no account of the staff directory", "不是员工名册中的账号", field=field)
    return member
