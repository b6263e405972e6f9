"""Tells of trouble"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Tells of trouble"""
    op.add_column(
        "complaint",
        sa.Column(
            "tells_of_trouble",
            sa.Boolean(),
            nullable=True,
            comment="whether its words say that something went wrong",
        ),
    )
