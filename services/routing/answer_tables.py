"""Tables of what is written to customers, and of what everybody says to the same question."""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID


def add_answer_tables(metadata: MetaData) -> None:
    """Add the tables of what is written to customers."""
    Table(
        "answer",
        metadata,
        Column("answer_id", UUID(as_uuid=True), primary_key=True),
        Column("complaint_id", UUID(as_uuid=True), nullable=False),
        Column("round", Integer, nullable=False),
        Column("text", Text, nullable=False),
        Column("written_by", Text, nullable=False),
        Column("written_at", DateTime(timezone=True), nullable=False),
        Column("state", Text, nullable=False, comment="HELD, RELEASED, RETURNED"),
        Column(
            "release_at", DateTime(timezone=True), nullable=False, comment="FC-13; unless the owner speaks"
        ),
        Column("settled_by", Text, comment="the owner; none if the time had come"),
        Column("settled_at", DateTime(timezone=True)),
        Column("settled_text", Text, comment="why it was returned"),
        Column("policy_version", Text, nullable=False),
        Index("answer_of_complaint", "complaint_id", "answer_id"),
        Index("answer_held", "answer_id", postgresql_where=text("state = 'HELD'")),
        comment="What was written to customers, always in the owner's name (FC-13).",
    )
    Table(
        "standard_answer",
        metadata,
        Column("answer_id", Text, primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("category", Text, comment="with all that lies under it; none for anything"),
        Column("language", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("status", Text, nullable=False, comment="DRAFT, APPROVED, WITHDRAWN"),
        Column("written_by", Text, nullable=False),
        Column("written_at", DateTime(timezone=True), nullable=False),
        Column("approved_by", Text),
        Column("approved_at", DateTime(timezone=True)),
        Column("withdrawn_by", Text),
        Column("withdrawn_at", DateTime(timezone=True)),
        Column("policy_version", Text, comment="none for those from before it was kept"),
        comment="What everybody says to the same question, in every version; the last approved one is in force.",
    )
    Table(
        "standard_answer_use",
        metadata,
        Column("complaint_id", UUID(as_uuid=True), primary_key=True),
        Column("answer_id", Text, primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("round", Integer, primary_key=True),
        Column("used_in", Text, primary_key=True, comment="PROPOSAL"),
        Column("adapted", Boolean, nullable=False, comment="whether the text was changed for it"),
        Column("used_by", Text, nullable=False),
        Column("used_at", DateTime(timezone=True), nullable=False),
        Index("standard_answer_use_of_answer", "answer_id", "complaint_id"),
        comment="Which standard answer was used on which complaint.",
    )
