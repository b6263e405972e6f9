"""What endpoints of any service can ask for."""

from typing import Annotated

from fastapi import Depends, Request

from shared.bus.unit_of_work import UnitOfWork


async def _unit_of_work(request: Request) -> UnitOfWork:
    work: UnitOfWork = request.app.state.unit_of_work
    return work


Work = Annotated[UnitOfWork, Depends(_unit_of_work)]
"""The service's unit of work."""
