"""Charges, urgency and news"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Charges, urgency and news"""
    op.add_column(
        "complaint",
        sa.Column(
            "charge_frozen",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="a charge is disputed (REM-9)",
        ),
    )
    op.add_column(
        "complaint",
        sa.Column("urgency", sa.Text(), nullable=True, comment="URGENT or EXTRA_URGENT, as staff set it"),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "next_news_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="until when an urgent customer hears again",
        ),
    )
