"""Incidents that have ended"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Incidents that have ended"""
    op.add_column(
        "incident",
        sa.Column(
            "ended",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="nothing is due about it any more",
        ),
    )
    op.execute("UPDATE incident SET ended = true WHERE was_none")
    op.create_table_comment(
        "incident",
        "Incidents whose customers are told of them, and desks of what is due about them.",
        existing_comment="Incidents whose customers are told of them.",
        schema=None,
    )
    op.alter_column(
        "intent",
        "complaint_id",
        existing_type=sa.UUID(),
        comment="what it is about: a complaint, or an incident where the kind tells of one",
        existing_nullable=False,
    )
