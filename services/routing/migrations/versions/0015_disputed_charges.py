"""Disputed charges"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Disputed charges"""
    op.create_table(
        "disputed_charge",
        sa.Column("charge_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False, comment="of the bill or item"),
        sa.Column("amount", sa.BigInteger(), nullable=False, comment="in the smallest unit"),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False, comment="NOTED, FROZEN, RELEASED"),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("charge_id"),
        comment="Charges that customers dispute; frozen during the case (REM-9).",
    )
    op.create_index("disputed_charge_once", "disputed_charge", ["complaint_id", "reference"], unique=True)
    op.add_column(
        "complaint",
        sa.Column("charge_frozen", sa.Boolean(), server_default="false", nullable=False, comment="REM-9"),
    )
