"""Customers who are one person"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Customers who are one person"""
    op.create_table(
        "customer_merge",
        sa.Column("merge_id", sa.UUID(), nullable=False),
        sa.Column("merged_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("merge_id"),
        comment="Which customers turned out to be one person, and which not after all.",
    )
    op.create_index("customer_merge_of_customer", "customer_merge", ["customer_id"], unique=False)
    op.create_index("customer_merge_of_merged", "customer_merge", ["merged_id"], unique=False)
    op.add_column(
        "customer",
        sa.Column(
            "withdrawn_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when they last withdrew expressly",
        ),
    )
    op.add_column(
        "customer",
        sa.Column(
            "agreed_at", sa.DateTime(timezone=True), nullable=True, comment="when they last agreed expressly"
        ),
    )
    op.add_column(
        "customer", sa.Column("person_id", sa.UUID(), comment="the same for all who are one person")
    )
    # Of words from before it is not known which were express: what was no counts as a withdrawal.
    op.execute(
        "UPDATE customer SET person_id = customer_id, withdrawn_at = CASE WHEN NOT marketing THEN said_at END"
    )
    op.alter_column("customer", "person_id", nullable=False)
    op.create_index("customer_of_person", "customer", ["person_id"], unique=False)
