"""The tables of customers: who they are, by what they are known, profiles of key accounts, merges."""

from sqlalchemy import Boolean, Column, DateTime, Index, MetaData, Numeric, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID


def add_customer_tables(metadata: MetaData) -> None:
    """Add what is known of customers."""
    Table(
        "customer",
        metadata,
        Column("customer_id", UUID(as_uuid=True), primary_key=True),
        Column("external_id", Text, comment="the customer's id in the operator's systems"),
        Column("name", Text),
        Column("phone", Text, comment="+<country><number>"),
        Column("email", Text),
        Column("grade", Text, comment="as last told by a channel"),
        Column("language", Text),
        Column("protected", Boolean),
        Column("marketing_consent", Boolean, comment="empty where the customer was never asked (OF-7)"),
        Column("monthly_fee", Numeric(12, 2)),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("updated_at", DateTime(timezone=True), nullable=False),
        Column("star", SmallInteger),
        Column("value_rank", Numeric(5, 4), comment="place by 12-month value, 0 the best"),
        Column("preferred_channel", Text),
        Column(
            "segment", Text, comment="as the operator's systems name it: CONSUMER, ENTERPRISE, GOVERNMENT …"
        ),
        Column("sla_contract", Boolean, comment="has a contract on service levels"),
        Column("key_account_manager", Text, comment="account of the member of staff"),
        Column("registered_at", DateTime(timezone=True), comment="last told by the operator's systems"),
        Column(
            "not_a_customer", Boolean, nullable=False, server_default="false", comment="served all the same"
        ),
        Column("merged_into", UUID(as_uuid=True), comment="the customer who they turned out to be"),
        Column(
            "consent_by", UUID(as_uuid=True), comment="who was merged into them and spoke for both (OF-7)"
        ),
        Column("consent_source", Text, comment="and through which channel"),
        Column("own_consent", Boolean, comment="what they had said themselves before"),
        Column("zone", Text, comment="in which they read times; the installation's if empty (CAL-3)"),
        Column("zone_from_merge", Text, comment="of who was merged into them, where they have none"),
        comment="Who complains, as far as the channels have told.",
        postgresql_with={"fillfactor": 90},
    )

    Table(
        "customer_key",
        metadata,
        Column(
            "key", Text(collation="C"), primary_key=True, comment="external:…, account:…, phone:… or email:…"
        ),
        Column("customer_id", UUID(as_uuid=True), nullable=False),
        Index("customer_key_of", "customer_id"),
        comment="By what a customer is known again; its rows are locked while a contact of theirs is accepted.",
        postgresql_with={"fillfactor": 90},
    )

    Table(
        "account_profile",
        metadata,
        Column("customer_id", UUID(as_uuid=True), primary_key=True),
        Column("profile", JSONB, nullable=False),
        Column("completeness", SmallInteger, nullable=False, comment="0 to 100"),
        Column("missing", ARRAY(Text), nullable=False),
        Column("written_by", Text, nullable=False),
        Column("written_at", DateTime(timezone=True), nullable=False),
        Column("policy_version", Text, nullable=False),
        comment="What is known of key accounts.",
    )

    Table(
        "customer_merge",
        metadata,
        Column("merge_id", UUID(as_uuid=True), primary_key=True),
        Column("from_id", UUID(as_uuid=True), nullable=False),
        Column("into_id", UUID(as_uuid=True), nullable=False),
        Column("keys", ARRAY(Text), nullable=False),
        Column("complaints", ARRAY(UUID(as_uuid=True)), nullable=False),
        Column("by", Text, nullable=False),
        Column("merged_at", DateTime(timezone=True), nullable=False),
        Column("undone_at", DateTime(timezone=True)),
        Column(
            "consent_set_aside",
            Boolean,
            nullable=False,
            server_default="false",
            comment="the one had agreed to offers, the other not (OF-7)",
        ),
        Index("customer_merge_from", "from_id"),
        Index("customer_merge_into", "into_id"),
        comment="Which keys and complaints a customer gave to another, so that it can be undone.",
    )
