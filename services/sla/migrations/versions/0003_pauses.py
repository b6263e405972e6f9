"""Pauses"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Pauses"""
    op.create_table(
        "pause",
        sa.Column("pause_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ends_by", sa.DateTime(timezone=True), nullable=False, comment="when it ends of itself (PAU-5)"
        ),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True, comment="none while it lasts"),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True, comment="who let it go on, if it was somebody"),
        sa.PrimaryKeyConstraint("pause_id"),
        comment="Every pause of a complaint as an interval with its reason and evidence (PAU-7).",
    )
    op.create_index("pause_of_complaint", "pause", ["complaint_id"], unique=False)
    op.create_index(
        "pause_open", "pause", ["complaint_id"], unique=True, postgresql_where=sa.text("until IS NULL")
    )
    op.add_column(
        "promise",
        sa.Column(
            "paused_since", sa.DateTime(timezone=True), nullable=True, comment="its clock stands still"
        ),
    )
    op.add_column(
        "promise",
        sa.Column(
            "pauses",
            postgresql.JSONB(),
            nullable=True,
            comment="past pauses that stopped it: intervals of [since, until] (PAU-7)",
        ),
    )
