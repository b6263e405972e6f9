"""First tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.runtime.first_tables import create_service_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """First tables"""
    create_service_tables()
    op.create_table(
        "complaint",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("case_type", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("repeat_index", sa.SmallInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopenings", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("answered_round", sa.SmallInteger(), nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True, comment="the answer in answered_round"),
        sa.Column(
            "closed_at", sa.DateTime(timezone=True), nullable=True, comment="null while the complaint is open"
        ),
        sa.PrimaryKeyConstraint("complaint_id"),
        comment="The complaints of customers, as far as offers depend on them.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("complaint_of_customer", "complaint", ["customer_id", "received_at"], unique=False)
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("marketing", sa.Boolean(), nullable=False, comment="consents to offers, by the last word"),
        sa.Column(
            "said_at", sa.DateTime(timezone=True), nullable=False, comment="when that word was recorded"
        ),
        sa.PrimaryKeyConstraint("customer_id"),
        comment="Customers with their consent. The lock of a row orders the decisions about that customer.",
        postgresql_with={"fillfactor": 80},
    )
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False, comment="OFFERED or WITHHELD"),
        sa.Column(
            "reasons", postgresql.ARRAY(sa.Text()), nullable=False, comment="every gate that did not hold"
        ),
        sa.Column("offer_id", sa.UUID(), nullable=True),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("fit", sa.Float(), nullable=True),
        sa.Column(
            "texts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="what the adviser may say, by language, as it was when decided",
        ),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("decision_id"),
        sa.UniqueConstraint("complaint_id"),
        sa.UniqueConstraint("offer_id"),
        comment="One decision per complaint, once it is closed.",
    )
    op.create_index(
        "decision_offers",
        "decision",
        ["customer_id", "decided_at"],
        unique=False,
        postgresql_where=sa.text("decision = 'OFFERED'"),
    )
