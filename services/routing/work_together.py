"""Lets staff who work on complaints at the same moment share one transaction, with one answer for each of them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from shared.bus.group_commit import GroupCommit
from shared.bus.unit_of_work import Transaction, UnitOfWork, traced, traceparent

from .case import Case, NoSuchCaseError, load_cases, must_be_current, save_work, seen_version
from .desk import Desk

Do: TypeAlias = Callable[[Transaction, Case], Awaitable[None]]
"""What somebody does to a locked case. Whatever it raises is theirs alone: nothing of it is stored."""


class _Command(NamedTuple):
    complaint_id: UUID
    do: Do
    version: int | None
    traceparent: str | None


class WorkTogether:
    """Carries out what staff do to cases: those who come while others are being served go next, all at once.

    A transaction for each would lock the same rows of workload one after the other and wait for the disk each time.
    """

    def __init__(self, work: UnitOfWork, desk: Desk) -> None:
        self._work = work
        self._desk = desk
        self._group = GroupCommit(self._carry_out)

    async def on(self, complaint_id: UUID, do: Do) -> dict[str, Any]:
        """Load and lock the case, do it, store it; returns the case as it stands then.

        Raises NoSuchCaseError, StaleVersionError, OutcomeUnknownError, and what `do` raises.
        """
        return await self._group.submit(_Command(complaint_id, do, seen_version.get(), traceparent.get()))

    async def _carry_out(self, commands: Sequence[_Command]) -> list[dict[str, Any]]:
        ids = {command.complaint_id for command in commands}
        async with self._work.begin(*map(str, ids)) as tx:
            cases = await load_cases(tx, ids)
            shown = [await _do(tx, cases, command) for command in commands]
            counts = self._desk.counts(tx, "/api")
            await save_work(tx, cases.values(), counts, self._desk.policy.version)
        return shown


async def _do(tx: Transaction, cases: dict[UUID, Case], command: _Command) -> dict[str, Any]:
    case = cases.get(command.complaint_id)
    if case is None:
        raise NoSuchCaseError
    must_be_current(tx, case.complaint_id, command.version)
    with traced(command.traceparent):
        await command.do(tx, case)
    return case.shown()
