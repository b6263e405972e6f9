"""Queues by priority"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Queues by priority"""
    op.add_column(
        "complaint",
        sa.Column(
            "base_priority",
            sa.Float(),
            server_default="0",
            nullable=False,
            comment="before any time has passed",
        ),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "clock_starts_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when it is to be solved",
        ),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="until when it is to be solved, as sla promised",
        ),
    )
