"""Decisions name their policy"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Decisions name their policy"""
    op.add_column(
        "extension",
        sa.Column(
            "policy_version", sa.Text(), nullable=True, comment="none for those from before it was kept"
        ),
    )
    op.add_column(
        "pause",
        sa.Column(
            "policy_version", sa.Text(), nullable=True, comment="none for those from before it was kept"
        ),
    )
    op.add_column(
        "rung",
        sa.Column(
            "policy_version", sa.Text(), nullable=True, comment="none for those from before it was kept"
        ),
    )
