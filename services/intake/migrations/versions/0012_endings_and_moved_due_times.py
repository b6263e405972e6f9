"""Endings, appeals, waiting and moved due times"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Endings, appeals, waiting and moved due times"""
    op.add_column(
        "complaint",
        sa.Column("waits_for", sa.Text(), nullable=True, comment="why it waits, while it does (PAU-1)"),
    )
    op.add_column("complaint", sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "complaint",
        sa.Column(
            "rejection_reason",
            sa.Text(),
            nullable=True,
            comment="why it ended as not justified (FC-12, FC-22)",
        ),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "appeal_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="how long the customer may appeal a rejection",
        ),
    )
    op.add_column(
        "promise",
        sa.Column(
            "paused", sa.Boolean(), server_default="false", nullable=False, comment="it does not count now"
        ),
    )
    op.add_column(
        "promise",
        sa.Column(
            "was_due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was due before its time moved last",
        ),
    )
