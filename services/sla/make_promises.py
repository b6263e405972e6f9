"""Makes promises, many at a time: each is stored, told, and watched from its first rung on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from uuid_utils.compat import uuid7

from shared.bus.unit_of_work import Transaction
from shared.events import Envelope
from shared.events.sla import PromiseMade
from shared.events.vocabulary import PromiseKind
from shared.runtime.timers import Timer, arm

from .choose_target import Facts, Target, choose_target
from .policy import SlaPolicy
from .promise_rows import NewPromise
from .promises import save_new
from .rungs import Rung, ladder
from .watch import WATCH


class Start(NamedTuple):
    """A promise to be made because of what an event tells."""

    because_of: Envelope[Any]
    kind: PromiseKind
    facts: Facts
    starts_at: datetime
    round: int = 1
    reopened: bool = False


async def make_promises(tx: Transaction, policy: SlaPolicy, starts: Sequence[Start]) -> None:
    """Make these promises; their complaints are locked."""
    promises: list[NewPromise] = []
    timers: list[Timer] = []
    for start in starts:
        target = choose_target(start.kind, start.facts, start.starts_at, policy, reopened=start.reopened)
        first = ladder(start.kind, target.severity, start.starts_at, target.due_at, policy)[0]
        promise = _new_promise(start, target, first, policy)
        promises.append(promise)
        timers.append(Timer(promise.promise_id, WATCH, str(promise.complaint_id), first.at))
        _tell(tx, start, promise)
    await save_new(tx.connection, promises)
    await arm(tx, timers)


def _new_promise(start: Start, target: Target, first: Rung, policy: SlaPolicy) -> NewPromise:
    return NewPromise(
        promise_id=uuid7(),
        complaint_id=start.because_of.event.complaint_id,
        kind=start.kind,
        round=start.round,
        starts_at=start.starts_at,
        due_at=target.due_at,
        target_seconds=target.seconds,
        severity=target.severity,
        cell=target.cell,
        factor=target.factor,
        factor_rule=target.factor_rule,
        policy_version=policy.version,
        next_rung=first.level,
    )


def _tell(tx: Transaction, start: Start, promise: NewPromise) -> None:
    tx.publish(
        PromiseMade(
            complaint_id=promise.complaint_id,
            promise_id=promise.promise_id,
            kind=promise.kind,
            round=promise.round,
            starts_at=promise.starts_at,
            due_at=promise.due_at,
            target_seconds=round(promise.target_seconds),
            cell=promise.cell,
            policy_version=promise.policy_version,
        ),
        because_of=start.because_of,
    )
