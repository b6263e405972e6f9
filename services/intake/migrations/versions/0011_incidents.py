"""Incidents"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Incidents"""
    op.create_table(
        "incident",
        sa.Column("incident_id", sa.UUID(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False, comment="a category path, or a case type"),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="PROPOSED, OPEN, RESOLVED or DISMISSED"),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column(
            "complaints", sa.Integer(), nullable=False, comment="how many there were when it was found"
        ),
        sa.Column(
            "by",
            sa.Text(),
            nullable=False,
            comment="who set the state; REP-8 if the number of complaints did",
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("incident_id"),
        comment="Many complaints about the same in one area.",
    )
    op.create_index(
        "incident_once",
        "incident",
        ["about", "area"],
        unique=True,
        postgresql_where=sa.text("state IN ('PROPOSED', 'OPEN')"),
    )
    op.create_table(
        "incident_child",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("incident_id", sa.UUID(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id"),
        comment="Complaints that belong to an incident.",
    )
    op.create_index("incident_child_of", "incident_child", ["incident_id"], unique=False)
    op.create_index(
        "complaint_in_area",
        "complaint",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("area IS NOT NULL"),
    )
