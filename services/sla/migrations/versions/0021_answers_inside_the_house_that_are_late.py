"""Answers inside the house that are late"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Answers inside the house that are late"""
    op.add_column(
        "holding",
        sa.Column(
            "answered_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when they had something to tell the customer",
        ),
    )
    op.add_column(
        "holding",
        sa.Column(
            "broken_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was told that the answer is late (FC-14)",
        ),
    )
    op.add_column(
        "holding",
        sa.Column("policy_version", sa.Text(), nullable=True, comment="by which it was told that it is late"),
    )
