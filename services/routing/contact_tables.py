"""Tables of the talk with customers: later contacts, calls, call backs, and what looking into it took."""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID


def add_contact_tables(metadata: MetaData) -> None:
    """Add the tables of the talk with customers."""
    Table(
        "later_contact",
        metadata,
        Column("contact_id", UUID(as_uuid=True), primary_key=True),
        Column("complaint_id", UUID(as_uuid=True), nullable=False),
        Column("channel", Text, nullable=False),
        Column("taken_by", Text, comment="account that took the call, if any"),
        Column("received_at", DateTime(timezone=True), nullable=False),
        Column("passed_to", Text, nullable=False),
        Column("stands_in", Boolean, nullable=False, comment="for the owner, who was away (FC-20)"),
        Column("passed_at", DateTime(timezone=True), nullable=False),
        Column("policy_version", Text, nullable=False),
        Index("later_contact_of_complaint", "complaint_id", "contact_id"),
        Index("later_contact_passed_to", "passed_to", "contact_id"),
        comment="Later contacts on complaints, and who was told of them.",
    )
    Table(
        "call_attempt",
        metadata,
        Column("call_id", UUID(as_uuid=True), primary_key=True),
        Column("complaint_id", UUID(as_uuid=True), nullable=False),
        Column("customer_id", UUID(as_uuid=True)),
        Column("by", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("reached", Boolean, nullable=False),
        Column("talk_minutes", Integer, nullable=False),
        Index("call_attempt_of_complaint", "complaint_id", "at"),
        Index("call_attempt_of_customer", "customer_id", "at"),
        comment="When customers were called, and whether they answered.",
    )
    Table(
        "investigation",
        metadata,
        Column("investigation_id", UUID(as_uuid=True), primary_key=True),
        Column("complaint_id", UUID(as_uuid=True), nullable=False),
        Column("by", Text, nullable=False),
        Column("noted_at", DateTime(timezone=True), nullable=False),
        Column("minutes", Integer, nullable=False),
        Column("note", Text),
        Index("investigation_of_complaint", "complaint_id", "investigation_id"),
        comment="How long complaints were looked into.",
    )
    Table(
        "call_back",
        metadata,
        Column("call_ref", UUID(as_uuid=True), primary_key=True),
        Column("queue", Text, comment="of the telephone system"),
        Column("address_hint", Text, nullable=False, comment="the number, masked"),
        Column("called_at", DateTime(timezone=True)),
        Column("asked_at", DateTime(timezone=True), nullable=False),
        Column("department", Text, nullable=False),
        Column("given_to", Text, nullable=False),
        Column("call_by", DateTime(timezone=True), nullable=False),
        Column("policy_version", Text, nullable=False),
        Column("ended_at", DateTime(timezone=True)),
        Column("why", Text, comment="CALLED or COMPLAINED"),
        Column("ended_by", Text),
        Column("reached", Boolean),
        Column("complaint_id", UUID(as_uuid=True), comment="if they complained after all"),
        Index("call_back_of_staff", "given_to", "call_ref"),
        comment="Callers who hung up before anybody answered, and who is to call them back.",
    )
