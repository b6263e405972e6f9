"""Duties of mass outages"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Duties of mass outages"""
    op.create_table(
        "incident_duty",
        sa.Column("duty_id", sa.UUID(), nullable=False),
        sa.Column("incident_id", sa.UUID(), nullable=False),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="INTERNAL_REPORT, PUBLIC_NOTICE, FORECAST or NEWS"
        ),
        sa.Column("number", sa.Integer(), nullable=False, comment="news is due again and again"),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "broken_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was told that nobody has done it",
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True, comment="where it can be read"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="done, or no longer needed"),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("duty_id"),
        sa.UniqueConstraint("incident_id", "kind", "number"),
        comment="What is due about mass outages (SLA-M).",
    )
