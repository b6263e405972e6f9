"""Applying policies with a last look"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Applying policies with a last look"""
    op.add_column(
        "swapping",
        sa.Column("goes_on_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column(
        "swapping",
        sa.Column(
            "is_last_look",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="for promises that were still made by the former policy meanwhile",
        ),
    )
