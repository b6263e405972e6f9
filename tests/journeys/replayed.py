"""One service hears a recorded journey in some order, and what it then holds can be compared."""

import json
from collections.abc import Sequence
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from services.command.registry import create_service
from shared.bus.cloudevents import envelope_of, glance
from shared.bus.event_log import StoredRecord
from shared.events.feedback import SatisfactionAnswered
from shared.runtime.embedded import EmbeddedPostgres
from shared.runtime.settings import Settings
from tests.postgres_fixture import drop_database, fresh_database
from tests.service_under_test import SEALING_KEYS, NoLog, ServiceUnderTest

from .live import SIX_STEPS

Batches = Sequence[Sequence[StoredRecord]]

ANSWER = SatisfactionAnswered.type
MACHINERY = {"outbox", "journal", "stream", "held", "undecodable", "timer", "policy"}
OWN_WORDS = {
    "intake": set[str](),
    "routing": {
        "owned_at",
        "appeal_until",
        "closed_at",
        "ended_at",
        "ending_id",
        "last_given_at",
        "counted_by",
        "proposed_at",
        "resolved_at",
        "taken_at",
        "handler_since",
    },
    "sla": {"promise_id", "broken_at", "settled_at", "holding_id"},
    "notify": {"intent_id", "not_before", "created_at", "decided_at"},
    "feedback": {"question_id", "ended_at"},
    "marketing": {"decision_id", "offer_id", "decided_at"},
}
"""Ids that a service makes up itself, and times at which it did something: they differ in every run."""


class Outcome(NamedTuple):
    """What a service holds at the end.

    rows: of its own tables, without its own ids and times; armed: timers by kind and subject; told: its events
    by type and subject; applied: per subject and publisher, the last event applied; waiting: events that still wait.
    held, duplicates: how many had to wait, and how many came again.
    """

    rows: dict[str, list[str]]
    armed: list[str]
    told: list[str]
    applied: dict[str, dict[str, int]]
    waiting: list[str]
    held: int
    duplicates: int


def differences(expected: Outcome, found: Outcome) -> list[str]:
    """What one has and the other has not, in words."""
    here, there = set(_facts(expected)), set(_facts(found))
    return [f"missing: {fact}" for fact in here - there] + [f"unexpected: {fact}" for fact in there - here]


def _facts(outcome: Outcome) -> list[str]:
    facts = [f"{table}: {row}" for table, rows in outcome.rows.items() for row in rows]
    facts += [f"{what} × {outcome.told.count(what)}" for what in outcome.told]
    facts += [f"armed: {timer}" for timer in outcome.armed] + [f"waits: {event}" for event in outcome.waiting]
    return [*facts, *(f"applied: {subject} {last}" for subject, last in outcome.applied.items())]


async def replay(
    server: EmbeddedPostgres, name: str, database: str, folder: Path, batches: Batches
) -> Outcome:
    """Let a service hear these batches on a copy of its database, and say what it holds then."""
    url = await fresh_database(server, database)
    settings = Settings(database_url=url, sealing_keys=SEALING_KEYS, outbound_folder=folder)
    under_test = ServiceUnderTest(create_service(name, settings, NoLog()))
    try:
        await _hear(under_test, batches)
        return await _outcome(under_test, name)
    finally:
        await under_test.close()
        await drop_database(server, url)


async def _hear(under_test: ServiceUnderTest, batches: Batches) -> None:
    consumer = under_test.service.consumer
    assert consumer is not None
    solved: set[tuple[UUID, int]] = set()
    for batch in batches:
        for is_answer, part in groupby(batch, lambda record: glance(record.headers).type == ANSWER):
            records = list(part)
            if is_answer and under_test.service.name == "routing":
                for record in records:
                    await _solve_first(under_test, record, solved)
                    await consumer.apply([record])
            else:
                await consumer.apply(records)


async def _solve_first(
    routing: ServiceUnderTest, answer: StoredRecord, solved: set[tuple[UUID, int]]
) -> None:
    """Nobody answers about a resolution before there is one: staff resolve it just before."""
    event = envelope_of(answer).event
    assert isinstance(event, SatisfactionAnswered)
    if (event.complaint_id, event.round) in solved:
        return
    solved.add((event.complaint_id, event.round))
    base = f"/routing/v1/complaints/{event.complaint_id}"
    by = (await routing.client.get(base)).raise_for_status().json()["owner"]["staff_id"]
    proposal = {"by": by, "text": "…", "steps": SIX_STEPS[:4]}
    (await routing.client.post(f"{base}/proposal", json=proposal)).raise_for_status()
    resolution = {"by": by, "steps": SIX_STEPS[4:]}
    (await routing.client.post(f"{base}/resolution", json=resolution)).raise_for_status()


async def _outcome(under_test: ServiceUnderTest, name: str) -> Outcome:
    consumer, rows = under_test.service.consumer, under_test.rows
    assert consumer is not None
    tables = import_module(f"services.{name}.tables").metadata.tables.keys() - MACHINERY
    streams = await rows("SELECT subject, applied FROM stream WHERE applied <> '{}'")
    return Outcome(
        rows={table: await _rows(under_test, table, OWN_WORDS[name]) for table in sorted(tables)},
        armed=_lines(await rows("SELECT kind, subject FROM timer WHERE armed")),
        told=_lines(await rows("SELECT type, subject FROM outbox")),
        applied={row["subject"]: row["applied"] for row in streams},
        waiting=_lines(await rows("SELECT subject, publisher, sequence, parked_because FROM held")),
        held=consumer.held,
        duplicates=consumer.duplicates,
    )


async def _rows(under_test: ServiceUnderTest, table: str, own_words: set[str]) -> list[str]:
    found = await under_test.rows(f"SELECT to_jsonb(t) AS row FROM {table} t")
    return _lines([_without(entry["row"], own_words) for entry in found])


def _without(value: Any, words: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(part, words) for key, part in value.items() if key not in words}
    return [_without(part, words) for part in value] if isinstance(value, list) else value


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in rows)
