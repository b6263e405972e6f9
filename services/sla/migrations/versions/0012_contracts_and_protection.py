"""Contracts and protection"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Contracts and protection"""
    op.create_table(
        "contract",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False, comment="as policies ask for it"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id"),
        comment="The grade of a customer's contract with us.",
    )
    op.create_table(
        "protection",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "customer_id", sa.UUID(), nullable=True, comment="none: every customer who may be protected"
        ),
        sa.Column("area", sa.Text(), nullable=True, comment="none: everywhere"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("emergency_plan", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        comment="Periods of protection with their team and emergency plan (SLA-P).",
    )
    op.create_index("protection_by_end", "protection", ["ends_at"], unique=False)
    op.add_column(
        "complaint",
        sa.Column("contract", sa.Text(), nullable=True, comment="the grade of the customer's contract"),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "protection",
            sa.Text(),
            nullable=True,
            comment="the period of protection in which it was received",
        ),
    )
