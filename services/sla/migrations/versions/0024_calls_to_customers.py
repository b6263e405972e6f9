"""Calls to customers"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Calls to customers"""
    op.create_table(
        "customer_call",
        sa.Column("call_ref", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False, comment="a person answered"),
        sa.PrimaryKeyConstraint("call_ref"),
        comment="Calls to customers, of which those in vain show that we wait (PAU-2).",
    )
    op.create_index("customer_call_of_complaint", "customer_call", ["complaint_id"], unique=False)
