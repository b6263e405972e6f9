"""The doors of shares: who held the time of each promise, and which departments and hand-overs cost it (FC-17)."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import PromiseKind
from shared.runtime.dependencies import Work
from shared.runtime.service import service_router

from .api import Calendars
from .breach_share import Held, breach_share
from .calendar_store import Timekeeper
from .promises import paused
from .report_doors import Span
from .used_time import used_time
from .working_time import Paused

router = service_router("sla", tags=["reports"])

PAGE, MOST = 500, 50_000

_COLUMNS = """
    promise_id, complaint_id, kind, round, due_at, coalesce(begins_at, starts_at) AS begins_at,
    coalesce(kept_at, settled_at, now()) AS done_at, broken_at IS NOT NULL OR coalesce(late, false) AS is_late,
    pauses, paused_since, calendar, calendar_version
"""
_OF_COMPLAINT = Statement(
    f"SELECT {_COLUMNS} FROM promise WHERE complaint_id = :complaint_id ORDER BY due_at, promise_id"  # noqa: S608
)
_LATE = Statement(
    f"""
    SELECT {_COLUMNS} FROM promise
    WHERE starts_at >= :since AND starts_at < :until AND kind = :kind AND (broken_at IS NOT NULL OR late)
        AND promise_id > :after
    ORDER BY promise_id LIMIT :limit
    """  # noqa: S608 - of a constant
)
_HELD = Statement(
    """
    SELECT complaint_id, department, since, until, is_part, answer_by, answered_at, reason, now() AS now FROM holding
    WHERE complaint_id = ANY (CAST(:complaints AS uuid[])) ORDER BY since, holding_id
    """
)


@router.get("/complaints/{complaint_id}/shares", summary="Who held the time of the promises to one complaint")
async def shares_of(complaint_id: UUID, work: Work, calendars: Calendars) -> dict[str, Any]:
    """Every department that had it, with its internal promise; and by promise the time that each held."""
    held = await _load_held(work, [complaint_id])
    rows = await work.fetch(_OF_COMPLAINT, {"complaint_id": complaint_id})
    results = [row["done_at"] for row in rows if row["kind"] == PromiseKind.SOLVE]
    return {
        "held": [_shown(row, results) for row in held[complaint_id]],
        "promises": [
            {
                "kind": row["kind"],
                "round": row["round"],
                "late": row["is_late"],
                "shares": _as_list(shares),
            }
            for row, shares in zip(rows, await _shares(work, calendars, rows, held), strict=True)
        ],
    }


@router.get("/reports/shares", summary="Which departments and hand-overs cost the time of late promises")
async def shares_by_department(
    work: Work,
    calendars: Calendars,
    span: Span,
    *,
    kind: Annotated[PromiseKind, Query()] = PromiseKind.SOLVE,
    most: Annotated[int, Query(ge=1, le=MOST, description="so many late promises at most")] = 10_000,
) -> dict[str, Any]:
    """breaches: each late promise shared out by who held its time; hand_overs: from whom to whom, and the time after."""
    since, until = span
    breaches: dict[str | None, float] = defaultdict(float)
    seconds: dict[str | None, float] = defaultdict(float)
    hand_overs: Counter[tuple[str, str]] = Counter()
    cost: dict[tuple[str, str], float] = defaultdict(float)
    looked_at, after = 0, UUID(int=0)
    while looked_at < most:
        limit = min(PAGE, most - looked_at)
        asked = {"since": since, "until": until, "kind": kind, "after": after, "limit": limit}
        rows = await work.fetch(_LATE, asked)
        held = await _load_held(work, {row["complaint_id"] for row in rows})
        for row, shares in zip(rows, await _shares(work, calendars, rows, held), strict=True):
            whole = sum(shares.values())
            for department, share in shares.items():
                breaches[department] += share / whole if whole else 0.0
                seconds[department] += share
            for pair, took in _hand_overs(row, held[row["complaint_id"]]):
                hand_overs[pair] += 1
                cost[pair] += took
        looked_at += len(rows)
        if len(rows) < limit:
            break
        after = rows[-1]["promise_id"]
        await asyncio.sleep(0)
    by_cost = sorted(hand_overs, key=lambda pair: (-cost[pair], pair))[:100]
    return {
        "since": since,
        "until": until,
        "kind": kind,
        "late": looked_at,
        "departments": [
            {"department": name, "breaches": breaches[name], "seconds": seconds[name]}
            for name in sorted(breaches, key=lambda name: (-breaches[name], name or ""))
        ],
        "hand_overs": [
            {"from": pair[0], "to": pair[1], "times": hand_overs[pair], "seconds": cost[pair]}
            for pair in by_cost
        ],
    }


async def _load_held(work: UnitOfWork, complaints: Any) -> Mapping[UUID, list[Mapping[str, Any]]]:
    held: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    for row in await work.fetch(_HELD, {"complaints": list(complaints)}):
        held[row["complaint_id"]].append(row)
    return held


async def _shares(
    work: UnitOfWork,
    keeper: Timekeeper,
    rows: Sequence[Mapping[str, Any]],
    held: Mapping[UUID, list[Mapping[str, Any]]],
) -> list[Mapping[str | None, float]]:
    """In the time of each promise: working time where it has a calendar, and without its pauses."""
    counted_in = {(row["calendar"], row["calendar_version"]) for row in rows if row["calendar"]}
    kept = await keeper.versions(work, counted_in)
    found = []
    for row in rows:
        working = kept[row["calendar"], row["calendar_version"]].working if row["calendar"] else None
        pauses = [*paused(row["pauses"])]
        if row["paused_since"] is not None and row["paused_since"] < row["done_at"]:
            pauses.append(Paused(row["paused_since"], row["done_at"]))
        used = used_time(row["begins_at"], row["done_at"], working, pauses)
        had = [
            Held(one["department"], one["since"], one["until"], one["is_part"])
            for one in held[row["complaint_id"]]
        ]
        found.append(breach_share(used, had))
    return found


def _hand_overs(
    promise: Mapping[str, Any], held: Sequence[Mapping[str, Any]]
) -> list[tuple[tuple[str, str], float]]:
    """From whom to whom it went while it was promised, and how long who got it then had it, by the clock."""
    working = [one for one in held if not one["is_part"]]
    found = []
    for before, after in pairwise(working):
        if promise["begins_at"] <= after["since"] < promise["done_at"]:
            until = min(after["until"] or promise["done_at"], promise["done_at"])
            pair = before["department"], after["department"]
            found.append((pair, (until - after["since"]).total_seconds()))
    return found


def _as_list(shares: Mapping[str | None, float]) -> list[dict[str, Any]]:
    whole = sum(shares.values())
    return [
        {"department": name, "seconds": seconds, "share": seconds / whole if whole else 0.0}
        for name, seconds in sorted(shares.items(), key=lambda item: (-item[1], item[0] or ""))
    ]


def _shown(row: Mapping[str, Any], results: Sequence[datetime]) -> dict[str, Any]:
    """late: whether the internal promise was broken (FC-14, FC-16); None without one.

    What ends it first counts: it was answered, whoever had it no longer does, the result came, or until now none of it.
    """
    names = ("department", "since", "until", "is_part", "answer_by", "answered_at", "reason")
    ended = row["answered_at"] or row["until"] or row["now"]
    ends = [ended, *(at for at in results if at >= row["since"])]
    late = min(ends) > row["answer_by"] if row["answer_by"] else None
    return {name: row[name] for name in names} | {"late": late}
