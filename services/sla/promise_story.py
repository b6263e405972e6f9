"""Loads what happened to the promises of a complaint since they were made, and tells it step by step."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import PauseReason

from .explain_steps import Longer, Step, Stop, steps
from .promises import paused
from .working_time import WorkingTime

_PAUSES = Statement("SELECT since, reason FROM pause WHERE complaint_id = :complaint_id")
_EXTENSIONS = Statement(
    """
    SELECT promise_id, seconds, approver_role FROM extension JOIN promise USING (promise_id)
    WHERE promise.complaint_id = :complaint_id ORDER BY extended_at
    """
)


class Story(NamedTuple):
    """Why the clock of a complaint stood still, by when that began; the extensions of each promise."""

    reasons: Mapping[datetime, PauseReason]
    extensions: Mapping[UUID, tuple[Longer, ...]]

    def extended(self, promise_id: UUID) -> float:
        """By how many seconds a promise was extended."""
        return sum(one.seconds for one in self.extensions.get(promise_id, ()))

    def stops(self, promise: Mapping[str, Any]) -> list[Stop]:
        """The pauses of a promise, the one that lasts at the end."""
        stops = [
            Stop(since, until, self.reasons.get(since))
            for since, until in paused(promise["pauses"])
            if since < until
        ]
        lasts_since = promise["paused_since"]
        if lasts_since is not None:
            stops.append(Stop(lasts_since, None, self.reasons.get(lasts_since)))
        return stops

    def tell(
        self,
        promise: Mapping[str, Any],
        complaint: Mapping[str, Any],
        working: WorkingTime | None,
        zone: tzinfo | None,
    ) -> list[dict[str, Any]]:
        """Every step from the start of a promise to its due time, as JSON has it."""
        told = steps(
            promise,
            complaint,
            working=working,
            stops=self.stops(promise),
            extensions=self.extensions.get(promise["promise_id"], ()),
            zone=zone,
        )
        return [_as_json(step) for step in told]


async def load_story(work: UnitOfWork, complaint_id: UUID) -> Story:
    """What happened to the promises of a complaint."""
    extensions: dict[UUID, tuple[Longer, ...]] = {}
    for promise_id, seconds, role in await work.fetch(_EXTENSIONS, {"complaint_id": complaint_id}):
        extensions[promise_id] = (*extensions.get(promise_id, ()), Longer(seconds, role))
    rows = await work.fetch(_PAUSES, {"complaint_id": complaint_id})
    return Story({since: PauseReason(reason) for since, reason in rows}, extensions)


def _as_json(step: Step) -> dict[str, Any]:
    figures = {"from": step.since, "until": step.until, "seconds": step.seconds, "left": step.left}
    told = {"what": step.what, "en": step.said.english, "zh-CN": step.said.chinese}
    return told | {name: value for name, value in figures.items() if value is not None}
