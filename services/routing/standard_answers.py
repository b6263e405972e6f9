"""Keeps standard answers in versions: written, approved, withdrawn, used; nothing is overwritten."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork

from .desk import Desk
from .directory import Member
from .standard_answer import AnswerStatus, Entry, fitting, may_approve

_CHANGES = "standard_answers"
MOST = 10_000
# A text that is the newest version already is not written again.
_WRITE = Statement(
    """
    INSERT INTO standard_answer (answer_id, version, category, language, title, text, status, written_by, written_at)
    SELECT row.id, coalesce(newest.version, 0) + 1, row.category, row.language, row.title, row.text, 'DRAFT', :by, now()
    FROM unnest(CAST(:ids AS text[]), CAST(:categories AS text[]), CAST(:languages AS text[]), CAST(:titles AS text[]),
        CAST(:texts AS text[])) AS row (id, category, language, title, text)
    LEFT JOIN LATERAL (SELECT * FROM standard_answer s WHERE s.answer_id = row.id ORDER BY version DESC LIMIT 1) newest
        ON true
    WHERE (row.category, row.language, row.title, row.text)
        IS DISTINCT FROM (newest.category, newest.language, newest.title, newest.text)
    """
)
_VERSIONS = Statement("SELECT * FROM standard_answer WHERE answer_id = :id ORDER BY version")
_APPROVE = Statement(
    """
    UPDATE standard_answer SET status = 'APPROVED', approved_by = :by, approved_at = now(), policy_version = :policy_version
    WHERE answer_id = :id AND version = :version
    """
)
_WITHDRAW = Statement(
    """
    UPDATE standard_answer SET status = 'WITHDRAWN', withdrawn_by = :by, withdrawn_at = now()
    WHERE answer_id = :id AND status <> 'WITHDRAWN' RETURNING version
    """
)
_APPROVED = Statement(
    f"""
    SELECT DISTINCT ON (answer_id) answer_id, version, category, language, title, text, approved_by, approved_at
    FROM standard_answer WHERE status = 'APPROVED' AND (CAST(:id AS text) IS NULL OR answer_id = :id)
    ORDER BY answer_id, version DESC LIMIT {MOST}
    """  # noqa: S608 - a number of ours
)
_CASE = Statement("SELECT category, language FROM complaint WHERE complaint_id = :complaint_id")
_USE = Statement(
    """
    INSERT INTO standard_answer_use (complaint_id, answer_id, version, round, used_in, adapted, used_by, used_at)
    VALUES (:complaint_id, :id, :version, :round, :used_in, :adapted, :by, now())
    ON CONFLICT (complaint_id, answer_id, version, round, used_in)
        DO UPDATE SET adapted = excluded.adapted, used_by = excluded.used_by, used_at = now()
    """
)


class NoSuchStandardAnswerError(Exception):
    """There is no such standard answer, or none of it is approved."""


class StaleAnswerError(Exception):
    """Somebody has written another version since the caller saw it."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.now = now


class MayNotApproveError(Exception):
    """Somebody else of this rank or above has to approve it."""

    def __init__(self, rank: int) -> None:
        super().__init__(rank)
        self.rank = rank


async def write(
    work: UnitOfWork, entries: Sequence[dict[str, Any]], by: str, seen: int | None = None
) -> None:
    """Write new versions, as drafts; of one text its writer may say which version they saw. Raises StaleAnswerError."""
    async with work.begin(_CHANGES) as tx:
        if seen is not None:
            await _seen_versions(tx, entries[0]["id"], seen)
        values: dict[str, Any] = {
            plural: [entry[name] for entry in entries]
            for plural, name in (
                ("ids", "id"),
                ("categories", "category"),
                ("languages", "language"),
                ("titles", "title"),
                ("texts", "text"),
            )
        }
        await tx.fetch(_WRITE, values | {"by": by})


async def _seen_versions(tx: Transaction, answer_id: str, seen: int | None) -> list[Row]:
    versions = await tx.fetch(_VERSIONS, {"id": answer_id})
    newest = versions[-1]["version"] if versions else 0
    if seen is not None and seen != newest:
        raise StaleAnswerError(newest)
    return versions


async def approve(work: UnitOfWork, desk: Desk, answer_id: str, by: Member, seen: int | None = None) -> None:
    """Approve the newest version, which must be the one that was `seen`.

    Raises NoSuchStandardAnswerError, MayNotApproveError, StaleAnswerError.
    """
    async with work.begin(_CHANGES) as tx:
        versions = await _seen_versions(tx, answer_id, seen)
        if not versions or versions[-1]["status"] == AnswerStatus.WITHDRAWN:
            raise NoSuchStandardAnswerError
        newest, policy = versions[-1], desk.policy.knowledge
        if newest["status"] == AnswerStatus.APPROVED:
            return
        if not may_approve(newest["written_by"], by.id, by.rank, policy):
            raise MayNotApproveError(policy.approve_from_rank)
        values = {"id": answer_id, "version": newest["version"], "by": by.id}
        await tx.fetch(_APPROVE, values | {"policy_version": desk.policy.version})


async def withdraw(work: UnitOfWork, answer_id: str, by: str, seen: int | None = None) -> None:
    """Use it no more, in no version. Raises NoSuchStandardAnswerError, StaleAnswerError."""
    async with work.begin(_CHANGES) as tx:
        await _seen_versions(tx, answer_id, seen)
        if not await tx.fetch(_WITHDRAW, {"id": answer_id, "by": by}):
            raise NoSuchStandardAnswerError


async def versions_of(work: UnitOfWork, answer_id: str) -> list[Row]:
    """Every version, the oldest first. Raises NoSuchStandardAnswerError."""
    rows = await work.fetch(_VERSIONS, {"id": answer_id})
    if not rows:
        raise NoSuchStandardAnswerError
    return rows


async def approved(work: UnitOfWork | Transaction, answer_id: str | None = None) -> list[Row]:
    """The version in force of each, by id; of one if named."""
    return await work.fetch(_APPROVED, {"id": answer_id})


async def fitting_answers(work: UnitOfWork, complaint_id: UUID) -> list[dict[str, Any]] | None:
    """What fits this complaint, the closest first; None if there is no such complaint."""
    cases = await work.fetch(_CASE, {"complaint_id": complaint_id})
    if not cases:
        return None
    rows = {row["answer_id"]: dict(row) for row in await approved(work)}
    entries = [Entry(r["answer_id"], r["version"], r["category"], r["language"]) for r in rows.values()]
    return [rows[entry.id] for entry in fitting(entries, cases[0]["category"], cases[0]["language"])]


async def approved_text(tx: Transaction, answer_id: str) -> Row:
    """The version in force. Raises NoSuchStandardAnswerError."""
    rows = await approved(tx, answer_id)
    if not rows:
        raise NoSuchStandardAnswerError
    return rows[0]


async def note_use(tx: Transaction, values: dict[str, Any], standard: Row, text: str) -> None:
    """Which text, in which version, was used on which complaint; adapted if it was changed for it."""
    about = {
        "id": standard["answer_id"],
        "version": standard["version"],
        "adapted": text != standard["text"],
    }
    await tx.fetch(_USE, values | about)
