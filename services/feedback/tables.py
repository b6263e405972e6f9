"""The tables of feedback: the complaints it has heard of and the questions it asks."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import UUID

from shared.runtime.tables import add_service_tables

metadata = MetaData()
add_service_tables(metadata)

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", UUID(as_uuid=True), primary_key=True),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("receipt_number", Text, nullable=False),
    Column("language", Text, nullable=False),
    comment="Complaints whose customers may be asked.",
)

question = Table(
    "question",
    metadata,
    Column("question_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False),
    Column("round", Integer, nullable=False),
    Column("ask_at", DateTime(timezone=True), nullable=False),
    Column("answer_by", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False, comment="PLANNED, ASKED, ANSWERED, SILENT or WITHDRAWN"),
    Column(
        "token_digest",
        Text,
        unique=True,
        comment="SHA-256 of the code in the link; the code itself is not kept",
    ),
    Column("asked_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("solved", Boolean),
    Column("score", SmallInteger),
    Column("impression", SmallInteger),
    Column("satisfied", Boolean),
    Column("dissatisfied", Boolean),
    Column("policy_version", Text),
    UniqueConstraint("complaint_id", "round"),
    Index("question_of_complaint", "complaint_id"),
    comment="One question per resolution.",
)
