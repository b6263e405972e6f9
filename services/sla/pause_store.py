"""Loads and saves pauses, and what they do to promises: one statement each, however many they are."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction
from shared.events.vocabulary import PauseReason

from .pauses import Because

_OPEN = Statement(
    """
    SELECT pause_id, complaint_id, reason, since FROM pause
    WHERE complaint_id = ANY (CAST(:complaints AS uuid[])) AND until IS NULL
    """
)
_OPEN_BY_ID = Statement(
    """
    SELECT pause_id, complaint_id, reason, since, ends_by FROM pause
    WHERE pause_id = ANY (CAST(:ids AS uuid[])) AND until IS NULL
    """
)
_BEGIN = Statement(
    """
    WITH stopped AS (
        UPDATE promise SET paused_since = v.since
        FROM unnest(CAST(:promises AS uuid[]), CAST(:stopped_since AS timestamptz[])) AS v (id, since)
        WHERE promise_id = v.id)
    INSERT INTO pause (pause_id, complaint_id, reason, evidence, by, since, agreed_until, ends_by, policy_version)
    SELECT row.*, CAST(:policy_version AS text)
    FROM unnest(CAST(:pause_id AS uuid[]), CAST(:complaint_id AS uuid[]), CAST(:reason AS text[]),
        CAST(:evidence AS text[]), CAST(:by AS text[]), CAST(:since AS timestamptz[]),
        CAST(:agreed_until AS timestamptz[]), CAST(:ends_by AS timestamptz[])) AS row
    ON CONFLICT (pause_id) DO NOTHING
    """
)
_END = Statement(
    """
    WITH going_on AS (
        UPDATE promise SET paused_since = NULL, due_at = v.due_at, provisional = v.provisional, pauses = v.pauses
        FROM unnest(CAST(:promises AS uuid[]), CAST(:due_at AS timestamptz[]), CAST(:provisional AS boolean[]),
                    CAST(:pauses AS jsonb[])) AS v (id, due_at, provisional, pauses)
        WHERE promise_id = v.id)
    UPDATE pause SET until = v.until, ended_because = v.because, ended_by = v.ended_by
    FROM unnest(CAST(:ids AS uuid[]), CAST(:until AS timestamptz[]), CAST(:because AS text[]),
                CAST(:ended_by AS text[])) AS v (id, until, because, ended_by)
    WHERE pause_id = v.id
    """
)


class Pause(NamedTuple):
    """A pause as it begins."""

    pause_id: UUID
    complaint_id: UUID
    reason: PauseReason
    evidence: str | None
    by: str
    since: datetime
    agreed_until: datetime | None
    ends_by: datetime


class Open(NamedTuple):
    """A pause that lasts."""

    pause_id: UUID
    complaint_id: UUID
    reason: PauseReason
    since: datetime


class Ended(NamedTuple):
    """The end of a pause; `by`: who let it go on, None if nobody did."""

    pause_id: UUID
    until: datetime
    because: Because
    by: str | None


class GoesOn(NamedTuple):
    """A promise that counts again; `pauses` has all that stopped it, as texts, under `intervals`."""

    promise_id: UUID
    due_at: datetime
    provisional: bool
    pauses: dict[str, list[list[str]]]


async def load_open(tx: Transaction, complaints: Iterable[UUID]) -> dict[UUID, Open]:
    """The pause that lasts of each of these complaints; there is one at most."""
    rows = await tx.fetch(_OPEN, {"complaints": list(complaints)})
    return {row[1]: Open(row[0], row[1], PauseReason(row[2]), row[3]) for row in rows}


async def load_ending(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When those of these pauses that last end of themselves, by complaint."""
    rows = await tx.fetch(_OPEN_BY_ID, {"ids": list(ids)})
    return {row["complaint_id"]: row["ends_by"] for row in rows}


async def save_begun(
    tx: Transaction, pauses: Sequence[Pause], stopped: Sequence[tuple[UUID, datetime]], policy_version: str
) -> None:
    """Store pauses, and since when which promises stand still."""
    columns: dict[str, Any] = {name: [getattr(pause, name) for pause in pauses] for name in Pause._fields}
    columns["promises"] = [promise_id for promise_id, _ in stopped]
    columns["stopped_since"] = [since for _, since in stopped]
    await tx.fetch(_BEGIN, columns | {"policy_version": policy_version})


async def save_ended(tx: Transaction, ended: Sequence[Ended], promises: Sequence[GoesOn]) -> None:
    """Store the ends of pauses, and when promises are due now."""
    await tx.fetch(
        _END,
        {
            "ids": [one.pause_id for one in ended],
            "until": [one.until for one in ended],
            "because": [one.because for one in ended],
            "ended_by": [one.by for one in ended],
            "promises": [one.promise_id for one in promises],
            "due_at": [one.due_at for one in promises],
            "provisional": [one.provisional for one in promises],
            "pauses": [one.pauses for one in promises],
        },
    )
