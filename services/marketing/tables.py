"""The tables of marketing: customers and their complaints, and what was decided after each of these."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.runtime.tables import add_service_tables

metadata = MetaData()
add_service_tables(metadata)

customer = Table(
    "customer",
    metadata,
    Column("customer_id", UUID(as_uuid=True), primary_key=True),
    Column("marketing", Boolean, nullable=False, comment="consents to offers, by the last word"),
    Column("said_at", DateTime(timezone=True), nullable=False, comment="when that word was recorded"),
    Column("withdrawn_at", DateTime(timezone=True), comment="when they last withdrew expressly"),
    Column("agreed_at", DateTime(timezone=True), comment="when they last agreed expressly"),
    Column("person_id", UUID(as_uuid=True), nullable=False, comment="the same for all who are one person"),
    Index("customer_of_person", "person_id"),
    comment="Customers with their consent. The lock of a row orders the decisions about that customer.",
    postgresql_with={"fillfactor": 80},
)

customer_merge = Table(
    "customer_merge",
    metadata,
    Column("merge_id", UUID(as_uuid=True), primary_key=True),
    Column("merged_id", UUID(as_uuid=True), nullable=False),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("merged_at", DateTime(timezone=True), nullable=False),
    Column("undone", Boolean, nullable=False),
    Index("customer_merge_of_merged", "merged_id"),
    Index("customer_merge_of_customer", "customer_id"),
    comment="Which customers turned out to be one person, and which not after all.",
)

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", UUID(as_uuid=True), primary_key=True),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("grade", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("case_type", Text, nullable=False),
    Column("category", Text),
    Column("channel", Text, nullable=False),
    Column("repeat_index", SmallInteger, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("reopenings", SmallInteger, nullable=False, server_default="0"),
    Column("answered_round", SmallInteger),
    Column("satisfied", Boolean, comment="the answer in answered_round"),
    Column("closed_at", DateTime(timezone=True), comment="null while the complaint is open"),
    Index("complaint_of_customer", "customer_id", "received_at"),
    comment="The complaints of customers, as far as offers depend on them.",
    postgresql_with={"fillfactor": 70},
)

decision = Table(
    "decision",
    metadata,
    Column("decision_id", UUID(as_uuid=True), primary_key=True),
    Column("complaint_id", UUID(as_uuid=True), nullable=False, unique=True),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("decision", Text, nullable=False, comment="OFFERED or WITHHELD"),
    Column("reasons", ARRAY(Text), nullable=False, comment="every gate that did not hold"),
    Column("offer_id", UUID(as_uuid=True), unique=True),
    Column("template", Text),
    Column("family", Text),
    Column("fit", Float),
    Column(
        "texts",
        JSONB(none_as_null=True),
        comment="what the adviser may say, by language, as it was when decided",
    ),
    Column("policy_version", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Index("decision_offers", "customer_id", "decided_at", postgresql_where=text("decision = 'OFFERED'")),
    comment="One decision per complaint, once it is closed.",
)
