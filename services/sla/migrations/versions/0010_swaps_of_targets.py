"""Swaps of targets"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Swaps of targets"""
    op.create_table(
        "swap",
        sa.Column("swap_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False, comment="GRADE, INCIDENT, CONTACT, STAFF or POLICY"),
        sa.Column("by", sa.Text(), nullable=True, comment="who said so, if it was somebody"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "was",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="severity, grade, policy and targets before",
        ),
        sa.Column("became", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("swapped_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("swap_id"),
        comment="Every time the targets of a complaint were chosen anew.",
    )
    op.create_index("swap_of_complaint", "swap", ["complaint_id"], unique=False)
