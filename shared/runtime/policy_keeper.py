"""The policy in force in this process: the installation's, until a version that was put over the API is valid.

A policy is a value and never changes. When another one comes into force, everything that decides is made anew from
it in one step between two transactions, so a transaction decides by one policy from its first rule to its last.
"""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog
from pydantic import ValidationError
from pydantic_core import from_json

from shared.bus.database import Database
from shared.bus.transience import is_transient

from .error_texts import halves
from .policy import Policy, PolicyError, first_fault, remember_policy
from .policy_document import merged
from .policy_store import IN_FORCE

log = structlog.get_logger()

P = TypeVar("P", bound=Policy)

FRESH_FOR = 1.0


class PolicyKeeper(Generic[P]):
    """Knows what is in force. decide_by: lets a service decide by a policy; check: raises PolicyError if it cannot."""

    def __init__(
        self, database: Database, base: P, decide_by: Callable[[P], None], check: Callable[[P], object]
    ) -> None:
        self._database = database
        self._decide_by = decide_by
        self.check = check
        self.base = base
        self.now = base
        self.taken: str | None = None
        """The name of the version that was last taken from the database; None for the installation's."""
        self.not_understood: dict[str, str] | None = None
        """Why the version that should be in force is not, by language."""
        self._remembered = False
        self._one_at_a_time = asyncio.Lock()
        decide_by(base)

    async def refresh(self) -> P:
        """Take over what is in force now. Raises PolicyError if the installation's version is known otherwise."""
        async with self._one_at_a_time:
            if not self._remembered:
                await remember_policy(self._database, self.base)
                self._remembered = True
            rows = await self._database.fetch(IN_FORCE, {"known": self.taken})
            version = rows[0]["version"] if rows else None
            if version != self.taken:
                await self._take_over(version, rows[0]["content"] if rows else None)
        return self.now

    async def keep_fresh(self) -> None:
        """Look once a second, until cancelled."""
        while True:
            await asyncio.sleep(FRESH_FOR)
            try:
                await self.refresh()
            except Exception as error:  # noqa: BLE001 - what is in force stays in force; say it and look again
                reason = type(error).__name__ if is_transient(error) else repr(error)
                log.warning("policy.not_refreshed", reason=reason)

    def understand(self, content: str) -> P:
        """The policy of what was stored, perhaps by an older or newer Redress. Raises PolicyError.

        Fields that this Redress has more are the installation's, and the version's name then says so.
        """
        model = type(self.base)
        document = from_json(content)
        try:
            policy = model.model_validate(document)
        except ValidationError:
            completed = merged(self.base.model_dump(mode="json"), document)
            completed["version"] = f"{document['version']}+{self.base.version}"
            try:
                policy = model.model_validate(completed)
            except ValidationError as error:
                raise PolicyError("|".join(first_fault(error))) from error
        self.check(policy)
        return policy

    async def _take_over(self, version: str | None, content: str | None) -> None:
        self.taken, self.not_understood = version, None
        try:
            policy = self.base if content is None else self.understand(content)
            if policy.version not in {version, self.base.version}:
                await remember_policy(self._database, policy)
        except PolicyError as error:
            english, chinese = halves(error)
            self.not_understood = {"en": f"{version}: {english}", "zh-CN": f"{version}：{chinese}"}
            log.error("policy.not_understood", version=version, reason=str(error))  # noqa: TRY400
            return
        self._decide_by(policy)
        self.now = policy
        log.info("policy.in_force", version=policy.version)
