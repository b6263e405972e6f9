"""What is owed to all of an incident"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """What is owed to all of an incident"""
    op.create_table(
        "incident_compensation",
        sa.Column("compensation_id", sa.UUID(), nullable=False),
        sa.Column("incident_id", sa.UUID(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False, comment="REM-6"),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column(
            "amount", sa.BigInteger(), nullable=False, comment="to each complaint, in the smallest unit"
        ),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("compensation_id"),
        comment="What is owed to every complaint of an incident, decided once for all of them.",
    )
    op.create_index(
        "incident_compensation_once", "incident_compensation", ["incident_id", "event"], unique=True
    )
    op.add_column(
        "remedy",
        sa.Column(
            "decided_with", sa.UUID(), nullable=True, comment="the decision for all complaints of an incident"
        ),
    )
    op.create_index("remedy_decided_once", "remedy", ["complaint_id", "decided_with"], unique=True)
    op.create_index(
        "remedy_decided_with",
        "remedy",
        ["decided_with"],
        unique=False,
        postgresql_where=sa.text("decided_with IS NOT NULL"),
    )
