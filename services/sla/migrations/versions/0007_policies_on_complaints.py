"""Policies on complaints"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Policies on complaints"""
    op.add_column("complaint", sa.Column("kind", sa.Text(), server_default="COMPLAINT", nullable=False))
    op.add_column("complaint", sa.Column("customer_id", sa.UUID(), nullable=True))
    op.add_column(
        "complaint",
        sa.Column(
            "policy_name",
            sa.Text(),
            server_default="default",
            nullable=False,
            comment="the one that was chosen",
        ),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "policy_version", sa.Text(), server_default="", nullable=False, comment="that it was chosen in"
        ),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "targets",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="what was promised by it, in seconds by kind",
        ),
    )
    op.add_column("promise", sa.Column("policy_name", sa.Text(), server_default="default", nullable=False))
