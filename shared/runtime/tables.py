"""The tables that every service has besides its own: the bus's, timers and policy versions."""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, MetaData, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared.bus.tables import add_bus_tables


def add_service_tables(metadata: MetaData) -> None:
    """Add the bus's tables, `timer` and `policy` to a service's metadata."""
    add_bus_tables(metadata)
    Table(
        "timer",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("kind", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("due_at", DateTime(timezone=True), nullable=False),
        Column("armed", Boolean, nullable=False, server_default=text("true")),
        Column("generation", Integer, nullable=False, server_default="1"),
        Column("fired_at", DateTime(timezone=True)),
        Index("timer_due", "due_at", postgresql_where=text("armed")),
        comment="When something is to be looked at again; the database's clock decides.",
        postgresql_with={"fillfactor": 90},
    )
    Table(
        "policy",
        metadata,
        Column("version", Text, primary_key=True),
        Column("digest", Text, nullable=False),
        Column("document", JSONB, nullable=False),
        Column("loaded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("valid_from", DateTime(timezone=True), comment="empty for those of the installation's files"),
        Column("content", Text, comment="the document with its fields in their order"),
        Column("based_on", Text, comment="the version that it changes"),
        Column("change", JSONB, comment="what it changes of that"),
        Column("changed_by", Text),
        Column("reason", Text),
        Column("withdrawn_at", DateTime(timezone=True)),
        Column("withdrawn_by", Text),
        comment="Every policy version this service has decided by.",
    )
