"""The tables that the bus needs in every service's own database."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID


def add_bus_tables(metadata: MetaData) -> None:
    """Add outbox, journal, stream, held and undecodable to a service's metadata."""
    Table(
        "outbox",
        metadata,
        Column("position", BigInteger, Identity(), primary_key=True),
        *_record_columns(),
        comment="Events written with the state they tell of and not yet in the log.",
    )
    Table(
        "journal",
        metadata,
        Column("position", BigInteger, Identity(), primary_key=True),
        *_record_columns(),
        Column(
            "published_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
        ),
        Index("journal_by_subject", "subject"),
        comment="Every event this service published, in commit order; feeds and replays read it.",
    )
    Table(
        "stream",
        metadata,
        Column("subject", Text, primary_key=True),
        Column("published", Integer, nullable=False, server_default="0"),
        Column("applied", JSONB, nullable=False, server_default="{}"),
        Column("waiting", SmallInteger, nullable=False, server_default="0"),
        Column("blocked", Boolean, nullable=False, server_default=text("false")),
        Index("stream_waiting", "subject", postgresql_where=text("waiting > 0")),
        comment="One row per subject: events we published about it, the last one applied per publisher, and how "
        "many wait. Its lock orders everything done about that subject.",
        postgresql_with={"fillfactor": 70},
    )
    Table(
        "held",
        metadata,
        Column("subject", Text, primary_key=True),
        Column("publisher", Text, primary_key=True),
        Column("sequence", Integer, primary_key=True),
        Column("type", Text, nullable=False),
        Column("headers", Text, nullable=False),
        Column("value", LargeBinary, nullable=False),
        Column("held_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        Column("attempts", SmallInteger, nullable=False, server_default="0"),
        Column("parked_because", Text),
        Index("held_parked", "held_at", postgresql_where=text("parked_because IS NOT NULL")),
        comment="Events that wait for an earlier one, and events parked because applying them failed.",
    )
    Table(
        "undecodable",
        metadata,
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True),
        Column("log_offset", BigInteger, primary_key=True),
        Column("key", Text, nullable=False),
        Column("headers", Text, nullable=False),
        Column("value", LargeBinary, nullable=False),
        Column("reason", Text, nullable=False),
        Column("parked_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        comment="Records that are no event of ours; they block nothing and are kept for a person to look at.",
    )


def _record_columns() -> list[Column[object]]:
    return [
        Column("id", UUID(as_uuid=True), nullable=False),
        Column("subject", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("headers", Text, nullable=False),
        Column("value", LargeBinary, nullable=False),
    ]
