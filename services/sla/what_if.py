"""Tries a policy on complaints of the past, page by page, and changes nothing."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import PromiseKind

from .choose_policy import choose_policy, name_of
from .choose_target import Calendars, Target, choose_target, due_of
from .conditions import Facts
from .count_time import Due, count
from .lay_clock import clocks_of
from .pauses import clock_with_pauses
from .policy import ROUND_THE_CLOCK, NamedPolicy, SlaPolicy
from .promise_rows import PromisedComplaint, facts_of
from .promises import load_complaints, paused
from .verdicts import Past, Verdicts

PAGE = 1000
"""So many promises are tried without a break; other requests are served in between."""

_NOW = Statement("SELECT now()")
_PAST = Statement(
    """
    SELECT promise_id, complaint_id, kind, round, clock, starts_at, due_at, kept_at, settled_at, pauses,
        (SELECT coalesce(sum(seconds), 0) FROM extension
         WHERE extension.promise_id = promise.promise_id) AS extended
    FROM promise WHERE starts_at >= :since AND starts_at < :until AND promise_id > :after
    ORDER BY promise_id LIMIT :limit
    """
)


async def what_if(
    work: UnitOfWork,
    policy: SlaPolicy,
    calendars: Calendars,
    *,
    since: datetime,
    until: datetime,
    most: int,
) -> dict[str, Any]:
    """How many promises that started in this time were late, and would have been; at most so many are tried."""
    [(now,)] = await work.fetch(_NOW, {})
    verdicts, tried, after = Verdicts(now), 0, UUID(int=0)
    while tried < most:
        limit = min(PAGE, most - tried)
        async with work.begin() as tx:
            values = {"since": since, "until": until, "after": after, "limit": limit}
            rows = await tx.fetch(_PAST, values)
            complaints = await load_complaints(tx, {row["complaint_id"] for row in rows})
        for past in _tried(rows, complaints, policy, calendars):
            verdicts.add(past)
        tried += len(rows)
        if len(rows) < limit:
            return {"tried": tried, "there_are_more": False, **verdicts.told()}
        after = rows[-1]["promise_id"]
        await asyncio.sleep(0)
    return {"tried": tried, "there_are_more": True, **verdicts.told()}


def _tried(
    rows: Iterable[Mapping[str, Any]],
    complaints: Mapping[UUID, PromisedComplaint],
    policy: SlaPolicy,
    calendars: Calendars,
) -> Iterable[Past]:
    for row in rows:
        complaint = complaints[row["complaint_id"]]
        facts = facts_of(complaint)
        named = choose_policy(facts, policy)
        target = _target(row, facts, policy, named, calendars)
        if target is None:
            continue
        yield Past(
            complaint.complaint_id,
            complaint.receipt_number,
            row["kind"],
            name_of(named),
            row["due_at"],
            _due(row, target, calendars),
            row["kept_at"] or row["settled_at"],
        )


def _target(
    row: Mapping[str, Any],
    facts: Facts,
    policy: SlaPolicy,
    named: NamedPolicy | None,
    calendars: Calendars,
) -> Target | Due | None:
    """None for a regulator's clock that would not run."""
    kind = PromiseKind(row["kind"])
    if kind is PromiseKind.REGULATOR:
        clock = next((one for one in clocks_of(facts, policy.regulator) if one.name == row["clock"]), None)
        if clock is None:
            return None
        start = row["starts_at"]
        return due_of(clock.target, start, 1.0, ROUND_THE_CLOCK, policy=policy, calendars=calendars)
    return choose_target(
        kind,
        facts,
        row["starts_at"],
        policy,
        named=named,
        reopened=row["round"] > 1,
        calendars=calendars,
    )


def _due(row: Mapping[str, Any], target: Target | Due, calendars: Calendars) -> datetime:
    """With the pauses that there were, and the extensions that were approved."""
    pauses = paused(row["pauses"])
    if target.counting is None:
        return clock_with_pauses(row["starts_at"], pauses)(target.seconds + row["extended"])
    counting = target.counting._replace(extra=row["extended"])
    return count(row["starts_at"], counting, calendars[counting.calendar].working, pauses).at
