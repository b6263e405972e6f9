"""Incidents and reasons for repeats"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Incidents and reasons for repeats"""
    op.create_table(
        "incident",
        sa.Column("incident_id", sa.UUID(), nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=True, comment="none while it goes on"),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("incident_id"),
        comment="Incidents that complaints joined, and whether they were resolved.",
    )
    op.create_table(
        "incident_child",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("incident_id", sa.UUID(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", "incident_id"),
        comment="Complaints that follow the resolution of an incident.",
    )
    op.create_index("incident_child_of_incident", "incident_child", ["incident_id"], unique=False)
    op.add_column("complaint", sa.Column("repeat_reason", sa.Text(), nullable=True, comment="REP-6"))
