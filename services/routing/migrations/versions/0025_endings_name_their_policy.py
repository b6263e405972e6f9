"""Endings name their policy"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Endings name their policy"""
    op.create_table(
        "ending",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("ending_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, comment="that was ended by it"),
        sa.Column("became", sa.Text(), nullable=False, comment="CLOSED, REOPENED, REJECTED, CANCELLED"),
        sa.Column(
            "because",
            sa.Text(),
            nullable=True,
            comment="ground of a close, reason of a reopening or rejection",
        ),
        sa.Column(
            "said_by",
            sa.Text(),
            nullable=True,
            comment="who of the staff; none for the customer's word or silence",
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", "ending_id"),
        comment="Every close, reopening, rejection and cancellation, with why and by which policy.",
    )
