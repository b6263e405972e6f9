"""Incidents that customers are told of"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Incidents that customers are told of"""
    op.create_table(
        "incident",
        sa.Column("incident_id", sa.UUID(), nullable=False),
        sa.Column(
            "was_none", sa.Boolean(), server_default="false", nullable=False, comment="it ended, and was none"
        ),
        sa.PrimaryKeyConstraint("incident_id"),
        comment="Incidents whose customers are told of them.",
    )
    op.create_table(
        "incident_child",
        sa.Column("incident_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "complaint_id"),
        comment="Complaints that joined an incident.",
    )
    op.create_index("incident_child_complaint", "incident_child", ["complaint_id"], unique=False)

    op.execute(
        "INSERT INTO incident_child (incident_id, complaint_id)"
        " SELECT CAST(told_of AS uuid), complaint_id FROM intent WHERE kind = 'INCIDENT' ON CONFLICT DO NOTHING"
    )
    op.execute(
        "INSERT INTO incident (incident_id) SELECT DISTINCT incident_id FROM incident_child ON CONFLICT DO NOTHING"
    )
