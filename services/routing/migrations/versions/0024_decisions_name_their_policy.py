"""Decisions name their policy"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Decisions name their policy"""
    op.add_column(
        "chase",
        sa.Column(
            "policy_version", sa.Text(), nullable=True, comment="none for those from before it was kept"
        ),
    )
    op.add_column(
        "standard_answer",
        sa.Column(
            "policy_version", sa.Text(), nullable=True, comment="none for those from before it was kept"
        ),
    )
    op.add_column(
        "work_round",
        sa.Column(
            "policy_version", sa.Text(), nullable=True, comment="none for those from before it was kept"
        ),
    )
