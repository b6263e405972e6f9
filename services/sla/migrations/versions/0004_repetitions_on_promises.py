"""Repetitions on promises"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Repetitions on promises"""
    op.add_column(
        "promise",
        sa.Column(
            "repeat_index", sa.Integer(), server_default="1", nullable=False, comment="how often it was said"
        ),
    )
