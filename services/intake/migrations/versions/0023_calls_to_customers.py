"""Calls to customers"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Calls to customers"""
    op.create_table(
        "customer_call",
        sa.Column("call_ref", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False, comment="the one it was about"),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=True, comment="account of who called"),
        sa.Column("talked", sa.Double(), nullable=True, comment="seconds"),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("call_ref"),
        comment="Calls to customers about their complaints, as they were told.",
    )
