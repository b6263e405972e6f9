"""Statements that go to the driver directly: SQLAlchemy costs three times what the driver does for one."""

from sqlalchemy import text
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


class Statement:
    """A statement with `:named` parameters, in the driver's form."""

    def __init__(self, sql: str) -> None:
        compiled = text(sql).compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self.names = tuple(getattr(compiled, "positiontup", None) or ())
