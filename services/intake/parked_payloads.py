"""Keeps what providers sent and nobody could read, sealed, until a person retries or drops it."""

import hashlib
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.runtime.paging import read_page
from shared.runtime.sealing import Sealer

from .provider_accounts import ProviderAccount
from .provider_payload import Posted, as_it_came

_PARK = Statement(
    """
    INSERT INTO parked_payload (parked_id, kind, provider, digest, reason, sealed, parked_at)
    VALUES (:parked, :kind, :provider, :digest, :reason, :sealed, now())
    ON CONFLICT (kind, provider, digest) DO NOTHING RETURNING parked_id
    """
)
_LIST = Statement(
    """
    SELECT parked_id, kind, provider, reason, state, parked_at, tries, settled_at, settled_by FROM parked_payload
    WHERE parked_id > :after ORDER BY parked_id LIMIT :limit
    """
)
_ONE = Statement("SELECT * FROM parked_payload WHERE parked_id = :parked")
_TRIED = Statement(
    "UPDATE parked_payload SET tries = tries + 1, reason = :reason WHERE parked_id = :parked AND state = 'PARKED'"
)
_SETTLE = Statement(
    """
    UPDATE parked_payload SET state = :state, sealed = NULL, settled_at = now(), settled_by = :by
    WHERE parked_id = :parked AND state = 'PARKED' RETURNING parked_id
    """
)


class ParkedPayloads:
    """The payloads of all accounts."""

    def __init__(self, work: UnitOfWork, sealer: Sealer) -> None:
        self._work = work
        self._sealer = sealer

    async def park(self, account: ProviderAccount, posted: Posted, reason: str) -> bool:
        """Keep it; false if the same is kept already."""
        parked = uuid7()
        digest = hashlib.sha256(f"{posted.method}\n{posted.query}\n".encode() + posted.body).hexdigest()
        values = {"parked": parked, "kind": account.kind, "provider": account.name, "digest": digest}
        sealed = self._sealer.seal(posted.kept(), str(parked))
        return bool(await self._work.fetch(_PARK, values | {"reason": reason, "sealed": sealed}))

    async def page(self, after: UUID | None, limit: int) -> dict[str, Any]:
        """What is parked, without what it says."""
        return await read_page(self._work, _LIST, "parked_id", after, limit)

    async def find(self, parked: UUID) -> tuple[dict[str, Any], Posted | None] | None:
        """One payload and what it says, as long as that is kept."""
        rows = await self._work.fetch(_ONE, {"parked": parked})
        if not rows:
            return None
        row = dict(rows[0])
        sealed = row.pop("sealed")
        return row, as_it_came(self._sealer.open(sealed, str(parked))) if sealed else None

    async def tried(self, parked: UUID, reason: str) -> None:
        """Note that it still cannot be read."""
        await self._work.fetch(_TRIED, {"parked": parked, "reason": reason})

    async def settle(self, parked: UUID, state: str, by: str) -> bool:
        """Forget what it says; false if somebody was faster."""
        return bool(await self._work.fetch(_SETTLE, {"parked": parked, "state": state, "by": by}))
