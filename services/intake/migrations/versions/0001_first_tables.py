"""First tables"""

import sqlalchemy as sa
from alembic import op

from shared.runtime.first_tables import create_service_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """First tables"""
    create_service_tables()
    op.create_table(
        "contact",
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column(
            "serial",
            sa.BigInteger(),
            sa.Identity(always=False),
            nullable=False,
            comment="becomes the receipt number",
        ),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False, comment="account at the provider, or empty"),
        sa.Column(
            "contact_key", sa.Text(collation="C"), nullable=False, comment="the provider's id of this contact"
        ),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="what was said; it never leaves this database"),
        sa.Column("origin", sa.Text(), nullable=True, comment="the number or name it came from, as given"),
        sa.Column(
            "origin_e164",
            sa.Text(),
            nullable=True,
            comment="the same as +<country><number>, where it is such a number",
        ),
        sa.Column(
            "origin_kind",
            sa.Text(),
            nullable=True,
            comment="mobile, fixed, toll_free, short_code, alphanumeric or withheld",
        ),
        sa.Column("sent_to", sa.Text(), nullable=True, comment="our number to which an SMS was sent"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True, comment="when the call began"),
        sa.PrimaryKeyConstraint("contact_id"),
        sa.UniqueConstraint("channel", "provider", "contact_key", name="contact_once"),
        comment="What came in, once per key (REP-2).",
    )
    op.create_index("contact_of_complaint", "contact", ["complaint_id"], unique=False)
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column(
            "external_id", sa.Text(), nullable=True, comment="the customer's id in the operator's systems"
        ),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True, comment="+<country><number>"),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True, comment="as last told by a channel"),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("protected", sa.Boolean(), nullable=True),
        sa.Column(
            "marketing_consent",
            sa.Boolean(),
            nullable=True,
            comment="empty where the customer was never asked (OF-7)",
        ),
        sa.Column("monthly_fee", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id"),
        comment="Who complains, as far as the channels have told.",
        postgresql_with={"fillfactor": 90},
    )
    op.create_table(
        "customer_key",
        sa.Column("key", sa.Text(collation="C"), nullable=False, comment="external:…, phone:… or email:…"),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        comment="By what a customer is known again; its rows are locked while a contact of theirs is accepted.",
        postgresql_with={"fillfactor": 90},
    )
    op.create_table(
        "history",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column(
            "detail",
            sa.Text(),
            nullable=True,
            comment="a word more: the kind of promise, the person, the reason",
        ),
        sa.PrimaryKeyConstraint("complaint_id", "publisher", "sequence"),
        comment="What happened to a complaint, one row per event of another service.",
    )
    op.create_table(
        "promise",
        sa.Column("promise_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="MADE, AT_RISK, BROKEN, KEPT or KEPT_LATE"),
        sa.PrimaryKeyConstraint("promise_id"),
        comment="What sla has promised about a complaint.",
        postgresql_with={"fillfactor": 60},
    )
    op.create_index("promise_of_complaint", "promise", ["complaint_id"], unique=False)
    op.create_table(
        "complaint",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("first_contact_id", sa.UUID(), nullable=False, comment="no complaint without a contact"),
        sa.Column("receipt_number", sa.Text(collation="C"), nullable=False),
        sa.Column("tracking_code", sa.Text(collation="C"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("severity_rule", sa.Text(), nullable=False),
        sa.Column("case_type", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.Column("repeat_of", sa.UUID(), nullable=True),
        sa.Column("repeat_index", sa.Integer(), nullable=False),
        sa.Column("abusive", sa.Boolean(), nullable=False),
        sa.Column("amount_in_dispute", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="RECEIVED", nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("owner_name", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("handler_name", sa.Text(), nullable=True),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False, comment="counts resolutions"),
        sa.Column(
            "resolved_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="empty while it is open or open again",
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "escalation_level", sa.Text(), nullable=True, comment="the highest rung of the ladder reached"
        ),
        sa.Column("satisfied", sa.Boolean(), nullable=True, comment="what the last answer said"),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("offer_decision", sa.Text(), nullable=True, comment="PROPOSED or WITHHELD"),
        sa.ForeignKeyConstraint(
            ["first_contact_id"],
            ["contact.contact_id"],
        ),
        sa.PrimaryKeyConstraint("complaint_id"),
        sa.UniqueConstraint("receipt_number"),
        sa.UniqueConstraint("tracking_code"),
        comment="One row per complaint, with the status that the other services' events give it.",
        postgresql_with={"fillfactor": 60},
    )
    op.create_index(
        "complaint_of_customer", "complaint", ["customer_id", "case_type", "complaint_id"], unique=False
    )
    op.create_index(
        "complaint_open",
        "complaint",
        ["status", "complaint_id"],
        unique=False,
        postgresql_where=sa.text("status <> 'CLOSED'"),
    )
