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
        "complaint",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("reply_channel", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True, comment="the customer's address, sealed"),
        sa.Column("address_hint", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("owner_name", sa.Text(), nullable=True),
        sa.Column("lead_id", sa.Text(), nullable=True),
        sa.Column("staff_channel", sa.Text(), nullable=True),
        sa.Column("owner_reply_to", sa.Text(), nullable=True, comment="sealed"),
        sa.Column("lead_reply_to", sa.Text(), nullable=True, comment="sealed"),
        sa.Column("solve_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "stage", sa.Text(), server_default="OPEN", nullable=False, comment="OPEN, RESOLVED or CLOSED"
        ),
        sa.Column("round", sa.SmallInteger(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("complaint_id"),
        comment="Whom to tell about a complaint, and what is known of it.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "intent",
        sa.Column("intent_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "told_of",
            sa.Text(),
            nullable=False,
            comment="the owner, promise or round it tells of: told once each",
        ),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("address_hint", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True, comment="sealed"),
        sa.Column("link", sa.Text(), nullable=True, comment="path of the link in the text, sealed"),
        sa.Column("text", sa.Text(), nullable=False, comment="what it says; {link} stands for the link"),
        sa.Column("template_version", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="PENDING, SENDING, SENT, UNKNOWN, SKIPPED or FAILED"
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it was skipped, failed or not taken"),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "decided_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was sent, unknown, skipped or failed",
        ),
        sa.PrimaryKeyConstraint("intent_id"),
        sa.UniqueConstraint("complaint_id", "kind", "role", "told_of"),
        comment="One message to one person about one thing; its id is the provider's idempotency key.",
    )
    op.create_index(
        "intent_pending",
        "intent",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_index(
        "intent_sending",
        "intent",
        ["claimed_until"],
        unique=False,
        postgresql_where=sa.text("state = 'SENDING'"),
    )
