"""The tables of the first revision of every service, frozen: later changes are revisions of their own."""

from importlib.resources import files

from alembic import op


def create_service_tables() -> None:
    """Create outbox, journal, stream, held, undecodable, timer and policy as they were in the first revision."""
    script = (files("shared.runtime") / "migrations" / "service_tables_1.sql").read_text(encoding="utf-8")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)
