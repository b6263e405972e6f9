"""What complaints are about"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """What complaints are about"""
    op.add_column("complaint", sa.Column("receipt_number", sa.Text(), nullable=True))
    op.add_column("complaint", sa.Column("channel", sa.Text(), nullable=True))
    op.add_column("complaint", sa.Column("case_type", sa.Text(), nullable=True))
    op.add_column("complaint", sa.Column("category", sa.Text(), nullable=True))
    op.add_column(
        "complaint",
        sa.Column("department", sa.Text(), nullable=True, comment="whose matter it is, by its category"),
    )
    op.add_column("complaint", sa.Column("area", sa.Text(), nullable=True, comment="where it happened"))
    op.add_column("complaint", sa.Column("is_fault", sa.Boolean(), nullable=True))
    op.create_table_comment(
        "complaint",
        "What the promises to a complaint depend on, and what it is about.",
        existing_comment="What the promises to a complaint depend on.",
        schema=None,
    )
