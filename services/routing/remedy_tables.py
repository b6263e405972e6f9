"""Tables of what is owed, and of charges that customers dispute."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID


def add_remedy_tables(metadata: MetaData) -> None:
    """Add the tables of what is owed."""
    Table(
        "remedy",
        metadata,
        Column("remedy_id", UUID(as_uuid=True), primary_key=True),
        Column("complaint_id", UUID(as_uuid=True), nullable=False),
        Column("customer_id", UUID(as_uuid=True)),
        Column("kind", Text, nullable=False),
        Column("amount", BigInteger, nullable=False, comment="in the smallest unit"),
        Column("period_fee", BigInteger, comment="of the time affected (REM-8)"),
        Column("text", Text, nullable=False),
        Column("state", Text, nullable=False, comment="PROPOSED, APPROVED, REFUSED, PAID"),
        Column("proposed_by", Text, nullable=False),
        Column("proposed_at", DateTime(timezone=True), nullable=False),
        Column("rank_needed", Integer, nullable=False),
        Column("signatures_needed", Integer, nullable=False),
        Column("legal_needed", Boolean, nullable=False),
        Column("because", JSONB, nullable=False, comment="the rules that ask for signatures"),
        Column("signatures", JSONB, nullable=False, comment="[{by, rank, legal, at}, …]"),
        Column("refusal", Text),
        Column("approved_at", DateTime(timezone=True)),
        Column("pay_by", DateTime(timezone=True), comment="REM-7"),
        Column("overdue_at", DateTime(timezone=True), comment="when it was told that it is unpaid (REM-7)"),
        Column("paid_at", DateTime(timezone=True)),
        Column("paid_by", Text),
        Column("payment", Text, comment="its number"),
        Column("policy_version", Text, nullable=False),
        Column("decided_with", UUID(as_uuid=True), comment="the decision for all complaints of an incident"),
        Index("remedy_decided_once", "complaint_id", "decided_with", unique=True),
        Index("remedy_decided_with", "decided_with", postgresql_where=text("decided_with IS NOT NULL")),
        Index("remedy_of_complaint", "complaint_id", "remedy_id"),
        Index("remedy_of_customer", "customer_id", "approved_at"),
        comment="What is owed to customers, who granted it, and whether it was paid.",
    )
    Table(
        "disputed_charge",
        metadata,
        Column("charge_id", UUID(as_uuid=True), primary_key=True),
        Column("complaint_id", UUID(as_uuid=True), nullable=False),
        Column("reference", Text, nullable=False, comment="of the bill or item"),
        Column("amount", BigInteger, nullable=False, comment="in the smallest unit"),
        Column("text", Text),
        Column("state", Text, nullable=False, comment="NOTED, FROZEN, RELEASED"),
        Column("noted_by", Text, nullable=False),
        Column("noted_at", DateTime(timezone=True), nullable=False),
        Column("released_at", DateTime(timezone=True)),
        Column("policy_version", Text, nullable=False),
        Index("disputed_charge_once", "complaint_id", "reference", unique=True),
        comment="Charges that customers dispute; frozen during the case (REM-9).",
    )
    Table(
        "incident_compensation",
        metadata,
        Column("compensation_id", UUID(as_uuid=True), primary_key=True),
        Column("incident_id", UUID(as_uuid=True), nullable=False),
        Column("event", Text, nullable=False, comment="REM-6"),
        Column("days", Integer, nullable=False),
        Column("amount", BigInteger, nullable=False, comment="to each complaint, in the smallest unit"),
        Column("decided_by", Text, nullable=False),
        Column("decided_at", DateTime(timezone=True), nullable=False),
        Column("policy_version", Text, nullable=False),
        Index("incident_compensation_once", "incident_id", "event", unique=True),
        comment="What is owed to every complaint of an incident, decided once for all of them.",
    )
