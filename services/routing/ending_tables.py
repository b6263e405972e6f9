"""Table of how complaints ended, and how they were opened again."""

from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID


def add_ending_tables(metadata: MetaData) -> None:
    """Add the table of endings."""
    Table(
        "ending",
        metadata,
        Column("complaint_id", UUID(as_uuid=True), primary_key=True),
        Column("ending_id", UUID(as_uuid=True), primary_key=True),
        Column("round", Integer, nullable=False, comment="that was ended by it"),
        Column("became", Text, nullable=False, comment="CLOSED, REOPENED, REJECTED, CANCELLED"),
        Column("because", Text, comment="ground of a close, reason of a reopening or rejection"),
        Column("said_by", Text, comment="who of the staff; none for the customer's word or silence"),
        Column("ended_at", DateTime(timezone=True), nullable=False),
        Column("policy_version", Text, nullable=False),
        comment="Every close, reopening, rejection and cancellation, with why and by which policy.",
    )
