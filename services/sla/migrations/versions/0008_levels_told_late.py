"""Levels told late"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Levels told late"""
    op.add_column(
        "rung",
        sa.Column(
            "told_late",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="well after its moment, as after an outage",
        ),
    )
