"""Tables of the doors: parts of long messages, payloads that could not be read, refusals of offers, calls."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID


def add_message_tables(metadata: MetaData) -> None:
    """Add what the SMS doors need."""
    Table(
        "gathering",
        metadata,
        Column("gathering_id", UUID(as_uuid=True), primary_key=True),
        Column(
            "subject",
            Text(collation="C"),
            nullable=False,
            comment="digest of account, numbers, reference, total",
        ),
        Column("provider", Text, nullable=False),
        Column("sender", Text, nullable=False),
        Column("sent_to", Text),
        Column("total", SmallInteger, nullable=False),
        Column("begun_at", DateTime(timezone=True), nullable=False),
        Column(
            "released_at", DateTime(timezone=True), comment="when it became a contact, whole or with gaps"
        ),
        Column("complete", Boolean, nullable=False, server_default="false"),
        Index("gathering_unfinished", "subject", "begun_at", postgresql_where=text("NOT complete")),
        comment="Long messages that arrive in parts.",
    )
    Table(
        "message_part",
        metadata,
        Column("provider", Text, primary_key=True),
        Column("part_key", Text(collation="C"), primary_key=True, comment="the provider's id of the part"),
        Column("gathering_id", UUID(as_uuid=True), nullable=False),
        Column("number", SmallInteger, nullable=False),
        Column("text", Text, nullable=False),
        Column("occurred_at", DateTime(timezone=True)),
        Index("part_of_gathering", "gathering_id"),
        comment="Parts of long messages, once per key.",
    )
    Table(
        "parked_payload",
        metadata,
        Column("parked_id", UUID(as_uuid=True), primary_key=True),
        Column("kind", Text, nullable=False),
        Column("provider", Text, nullable=False),
        Column("digest", Text(collation="C"), nullable=False, comment="so that it is parked once"),
        Column("reason", Text, nullable=False, comment="the field that is wrong"),
        Column("sealed", Text, comment="the request as it came; empty once it was taken or dropped"),
        Column("state", Text, nullable=False, server_default="PARKED", comment="PARKED, TAKEN or DROPPED"),
        Column("parked_at", DateTime(timezone=True), nullable=False),
        Column("tries", Integer, nullable=False, server_default="0"),
        Column("settled_at", DateTime(timezone=True)),
        Column("settled_by", Text),
        UniqueConstraint("kind", "provider", "digest", name="parked_once"),
        Index("parked_now", "parked_id", postgresql_where=text("state = 'PARKED'")),
        comment="What providers sent that could not be read.",
    )
    Table(
        "refusal",
        metadata,
        Column("provider", Text, primary_key=True),
        Column("message_key", Text(collation="C"), primary_key=True),
        Column("customer_id", UUID(as_uuid=True), nullable=False),
        Column("word", Text, nullable=False, comment="the word of the policy that was said"),
        Column("policy_version", Text, nullable=False),
        Column("refused_at", DateTime(timezone=True), nullable=False),
        comment="Messages that say nothing but that somebody wants no offers.",
    )


def add_call_tables(metadata: MetaData) -> None:
    """Add what the phone doors need."""
    Table(
        "call",
        metadata,
        Column("call_ref", UUID(as_uuid=True), primary_key=True),
        Column("provider", Text, nullable=False),
        Column("call_id", Text(collation="C"), nullable=False),
        Column("facts", JSONB, nullable=False, comment="what all parts together say"),
        Column(
            "fate",
            Text,
            nullable=False,
            server_default="OPEN",
            comment="COMPLAINT, CALL_BACK, NOTHING or OPEN",
        ),
        Column("complaint_id", UUID(as_uuid=True)),
        Column("first_told_at", DateTime(timezone=True), nullable=False),
        Column("last_told_at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("provider", "call_id", name="call_once"),
        comment="Calls as telephone systems tell of them.",
        postgresql_with={"fillfactor": 70},
    )
    Table(
        "call_part",
        metadata,
        Column("call_ref", UUID(as_uuid=True), primary_key=True),
        Column("digest", Text(collation="C"), primary_key=True),
        Column(
            "told_at", Text(collation="C"), nullable=False, comment="as the system said; empty if it did not"
        ),
        Column("facts", JSONB, nullable=False),
        Column("received_at", DateTime(timezone=True), nullable=False),
        comment="What was told of a call, once per content.",
    )
    Table(
        "call_back",
        metadata,
        Column("call_ref", UUID(as_uuid=True), primary_key=True),
        Column("number", Text, nullable=False, comment="+<country><number>"),
        Column("queue", Text),
        Column("called_at", DateTime(timezone=True)),
        Column("asked_at", DateTime(timezone=True), nullable=False),
        Column("done_at", DateTime(timezone=True)),
        Column("done_by", Text),
        Column("reached", Boolean),
        Index("call_back_open", "call_ref", postgresql_where=text("done_at IS NULL")),
        comment="Callers who hung up before anybody answered.",
    )


def add_customer_call_table(metadata: MetaData) -> None:
    """Add what is kept of calls that we made."""
    Table(
        "customer_call",
        metadata,
        Column("call_ref", UUID(as_uuid=True), primary_key=True),
        Column("complaint_id", UUID(as_uuid=True), nullable=False, comment="the one it was about"),
        Column("reached", Boolean, nullable=False),
        Column("called_at", DateTime(timezone=True), nullable=False),
        Column("by", Text, comment="account of who called"),
        Column("talked", Double, comment="seconds"),
        Column("told_at", DateTime(timezone=True), nullable=False),
        comment="Calls to customers about their complaints, as they were told.",
    )


def add_attachment_table(metadata: MetaData) -> None:
    """Add what the doors of attachments need."""
    Table(
        "attachment",
        metadata,
        Column("attachment_id", UUID(as_uuid=True), primary_key=True),
        Column("complaint_id", UUID(as_uuid=True), nullable=False),
        Column("name", Text, nullable=False, comment="as its sender calls it"),
        Column("media_type", Text, nullable=False, comment="by its content"),
        Column("size", BigInteger, nullable=False),
        Column("sha256", Text, nullable=False),
        Column("state", Text, nullable=False, comment="QUARANTINED, CLEAN, INFECTED or NOT_SCANNED"),
        Column("stored_at", DateTime(timezone=True), nullable=False),
        Column("scan_after", DateTime(timezone=True), nullable=False),
        UniqueConstraint("complaint_id", "sha256", name="attachment_once"),
        Index("attachment_to_scan", "scan_after", postgresql_where=text("state = 'QUARANTINED'")),
        comment="Files beside complaints; their contents lie elsewhere.",
    )
