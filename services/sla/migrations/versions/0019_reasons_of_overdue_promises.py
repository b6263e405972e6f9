"""Reasons of overdue promises"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Reasons of overdue promises"""
    op.create_table(
        "overdue_reason",
        sa.Column("promise_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stated_by", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("promise_id"),
        comment="Why promises are overdue, as it was stated last; without a reason the management reads of them.",
    )
