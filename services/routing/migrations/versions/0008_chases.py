"""Chases"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Chases"""
    op.create_table(
        "chase",
        sa.Column("chase_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("handler_id", sa.Text(), nullable=False),
        sa.Column("chased_by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("chased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chase_id"),
        comment="When owners asked handlers to go on (FC-18).",
    )
    op.create_index("chase_of_complaint", "chase", ["complaint_id", "chase_id"], unique=False)
    op.add_column(
        "complaint",
        sa.Column(
            "handler_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    )
    op.create_index("complaint_by_time", "complaint", ["received_at"], unique=False)
