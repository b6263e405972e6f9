"""Account profiles"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Account profiles"""
    op.create_table(
        "account_profile",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("completeness", sa.SmallInteger(), nullable=False, comment="0 to 100"),
        sa.Column("missing", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id"),
        comment="What is known of key accounts.",
    )
