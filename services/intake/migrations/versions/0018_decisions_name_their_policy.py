"""Decisions name their policy"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Decisions name their policy"""
    op.add_column(
        "incident",
        sa.Column(
            "policy_version",
            sa.Text(),
            nullable=True,
            comment="by which it was judged; none where a person did",
        ),
    )
    op.add_column(
        "incident_child",
        sa.Column(
            "policy_version", sa.Text(), nullable=True, comment="none for those from before it was kept"
        ),
    )
