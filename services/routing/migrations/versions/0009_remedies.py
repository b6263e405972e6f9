"""Remedies"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Remedies"""
    op.create_table(
        "remedy",
        sa.Column("remedy_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False, comment="in the smallest unit"),
        sa.Column("period_fee", sa.BigInteger(), nullable=True, comment="of the time affected (REM-8)"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="PROPOSED, APPROVED, REFUSED, PAID"),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rank_needed", sa.Integer(), nullable=False),
        sa.Column("signatures_needed", sa.Integer(), nullable=False),
        sa.Column("legal_needed", sa.Boolean(), nullable=False),
        sa.Column("because", postgresql.JSONB(), nullable=False, comment="the rules that ask for signatures"),
        sa.Column("signatures", postgresql.JSONB(), nullable=False, comment="[{by, rank, legal, at}, …]"),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pay_by", sa.DateTime(timezone=True), nullable=True, comment="REM-7"),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_by", sa.Text(), nullable=True),
        sa.Column("payment", sa.Text(), nullable=True, comment="its number"),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("remedy_id"),
        comment="What is owed to customers, who granted it, and whether it was paid.",
    )
    op.create_index("remedy_of_complaint", "remedy", ["complaint_id", "remedy_id"], unique=False)
    op.create_index("remedy_of_customer", "remedy", ["customer_id", "approved_at"], unique=False)
    op.add_column(
        "complaint",
        sa.Column(
            "customer_id", sa.UUID(), nullable=True, comment="none for those heard of before it was kept"
        ),
    )
