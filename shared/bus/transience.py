"""Tells a fault that passes by itself (try again) from one that would come back for ever."""

import asyncpg

from .event_log import LogUnavailableError

# asyncpg calls it an internal error when the server dies at an unlucky moment of the protocol.
LOST_CONNECTION = (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.InternalClientError)
_PASSING_CLASSES = ("08", "53", "57")  # connection, resources, operator intervention
_PASSING_CODES = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, lock not available


class OutcomeUnknownError(Exception):
    """The commit was cut off: everything of the transaction is stored, or nothing."""


def is_transient(error: BaseException) -> bool:
    """True for a lost or refused connection, a commit that was cut off, a restart, a deadlock or a full server."""
    if isinstance(error, LogUnavailableError | OutcomeUnknownError | OSError | TimeoutError):
        return True
    if isinstance(error, LOST_CONNECTION):
        return not isinstance(error, ValueError)  # asyncpg's DataError: a value that no server would take
    return isinstance(error, asyncpg.PostgresError) and _is_passing(error.sqlstate)


def _is_passing(code: str | None) -> bool:
    return code is not None and (code in _PASSING_CODES or code.startswith(_PASSING_CLASSES))
