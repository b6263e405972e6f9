"""Tells a fault that passes by itself (try again) from one that would come back for ever."""

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from .event_log import LogUnavailableError

# asyncpg calls it an internal error when the server dies at an unlucky moment of the protocol.
LOST_CONNECTION = (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.InternalClientError)
_PASSING_CLASSES = ("08", "53", "57")  # connection, resources, operator intervention
_PASSING_CODES = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, lock not available


def is_transient(error: BaseException) -> bool:
    """True for a lost or refused connection, a restart, a deadlock or a full server."""
    if isinstance(error, LogUnavailableError | PoolTimeoutError | OSError | TimeoutError):
        return True
    if isinstance(error, LOST_CONNECTION):
        return not isinstance(error, ValueError)  # asyncpg's DataError: a value that no server would take
    if isinstance(error, asyncpg.PostgresError):
        return _is_passing(error.sqlstate)
    if isinstance(error, InterfaceError) or isinstance(error.__cause__, LOST_CONNECTION):
        return True
    if isinstance(error, DBAPIError):
        code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
        return error.connection_invalidated or _is_passing(code)
    return False


def _is_passing(code: object) -> bool:
    text = str(code or "")
    return text in _PASSING_CODES or text.startswith(_PASSING_CLASSES)
