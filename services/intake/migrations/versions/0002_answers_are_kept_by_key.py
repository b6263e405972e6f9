"""Answers are kept by key"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Answers are kept by key"""
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.Text(collation="C"), nullable=False, comment="digest of the caller's token"),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("claim", sa.UUID(), nullable=False, comment="the attempt that works on it"),
        sa.Column("request", sa.Text(), nullable=False, comment="digest of method, path and body"),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True, comment="empty while the request is at work"),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("caller", "key"),
        comment="What was answered to requests with an Idempotency-Key, for 72 hours.",
        postgresql_with={"fillfactor": 80},
    )
    op.create_index("idempotency_age", "idempotency", ["claimed_at"], unique=False)
