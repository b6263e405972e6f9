"""Keeps calendars: every version as it was written and as it counts, and the ones in use laid out in memory."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

import structlog

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork

from .choose_target import NO_CALENDARS, Calendars, Kept
from .policy import SlaPolicy
from .read_calendar import Known, trusted
from .working_time import WorkingTime

log = structlog.get_logger()

APPROVED, PROPOSED = "APPROVED", "PROPOSED"
LOCK = "calendars"
"""The subject that everybody locks who saves a calendar."""

_CURRENT = Statement(
    """
    SELECT DISTINCT ON (name) name, version FROM calendar WHERE state = 'APPROVED' ORDER BY name, version DESC
    """
)
_VERSIONS = Statement(
    """
    SELECT name, version, document FROM calendar JOIN unnest(CAST(:names AS text[]), CAST(:versions AS int[]))
        AS wanted (name, version) USING (name, version)
    """
)
_NEWEST = Statement(
    """
    SELECT DISTINCT ON (name) name, version, document, written, saved_at FROM calendar
    WHERE state = 'APPROVED' ORDER BY name, version DESC
    """
)
_SAVE = Statement(
    """
    INSERT INTO calendar (name, version, state, written, document, saved_at)
    SELECT v.name, (SELECT coalesce(max(version), 0) + 1 FROM calendar WHERE calendar.name = v.name), :state,
        v.written, v.document, now()
    FROM unnest(CAST(:names AS text[]), CAST(:written AS jsonb[]), CAST(:documents AS jsonb[]))
        AS v (name, written, document)
    RETURNING name, version
    """
)
_ONE = Statement("SELECT * FROM calendar WHERE name = :name AND version = :version")
_APPROVE = Statement(
    "UPDATE calendar SET state = 'APPROVED', saved_at = now() WHERE name = :name AND version = :version"
)


Versions: TypeAlias = Mapping[tuple[str, int], Kept]
"""Calendars by name and version."""


class Stored(NamedTuple):
    """The newest approved version of a calendar."""

    version: int
    written: dict[str, Any]
    document: dict[str, Any]
    saved_at: Any


class Timekeeper:
    """Calendars in memory: a version never changes, so each is read once and laid out once."""

    def __init__(self, policy: SlaPolicy) -> None:
        self._names = policy.calendars()
        self._search_days = policy.rest.search_days
        self._kept: dict[tuple[str, int], Kept] = {}

    async def in_force(self, tx: Transaction | UnitOfWork) -> Calendars:
        """The calendars of the policy as they are now; one that was never saved counts day and night."""
        if not self._names:
            return NO_CALENDARS
        found = await self.newest(tx, self._names)
        if len(found) < len(self._names):
            log.error("calendar.missing", calendars=sorted(self._names - found.keys()))
        return found

    async def newest(self, tx: Transaction | UnitOfWork, names: Collection[str]) -> Calendars:
        """Those of these calendars that exist, as they are now."""
        if not names:
            return NO_CALENDARS
        newest = {name: version for name, version in await tx.fetch(_CURRENT, {}) if name in names}
        kept = await self.versions(tx, newest.items())
        return {name: kept[name, version] for name, version in newest.items()}

    async def versions(self, tx: Transaction | UnitOfWork, wanted: Iterable[tuple[str, int]]) -> Versions:
        """These versions of these calendars."""
        missing = [key for key in set(wanted) if key not in self._kept]
        if missing:
            names, versions = zip(*missing, strict=True)
            for name, version, document in await tx.fetch(_VERSIONS, {"names": names, "versions": versions}):
                self._kept[name, version] = Kept(version, WorkingTime(trusted(document), self._search_days))
        return self._kept


async def load_newest(tx: Transaction) -> dict[str, Stored]:
    """Every calendar in its newest approved version, by name."""
    return {
        row["name"]: Stored(row["version"], row["written"], row["document"], row["saved_at"])
        for row in await tx.fetch(_NEWEST, {})
    }


def known(stored: Mapping[str, Stored]) -> dict[str, Known]:
    """What a calendar that refers to others needs of them."""
    return {
        name: Known(trusted(one.document), one.written.get("holidays_of")) for name, one in stored.items()
    }


async def load_version(tx: Transaction, name: str, version: int) -> dict[str, Any] | None:
    """One version of a calendar; None if there is no such."""
    rows = await tx.fetch(_ONE, {"name": name, "version": version})
    return dict(rows[0]) if rows else None


async def save(
    tx: Transaction, calendars: Mapping[str, tuple[dict[str, Any], dict[str, Any]]], state: str = APPROVED
) -> dict[str, int]:
    """Store new versions, each as (written, document); returns the versions by name."""
    rows = await tx.fetch(
        _SAVE,
        {
            "names": list(calendars),
            "written": [written for written, _ in calendars.values()],
            "documents": [document for _, document in calendars.values()],
            "state": state,
        },
    )
    return dict(rows)


async def approve(tx: Transaction, name: str, version: int) -> None:
    """Let a proposed version count."""
    await tx.fetch(_APPROVE, {"name": name, "version": version})
