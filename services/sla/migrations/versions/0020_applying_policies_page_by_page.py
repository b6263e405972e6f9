"""Applying policies page by page"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Applying policies page by page"""
    op.create_table(
        "swapping",
        sa.Column(
            "version", sa.Text(), nullable=False, comment="of the policy that is applied to what is open"
        ),
        sa.Column("through", sa.UUID(), nullable=False, comment="the last promise that is done"),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version"),
        comment="How far the policy in force has been applied to open promises.",
    )
