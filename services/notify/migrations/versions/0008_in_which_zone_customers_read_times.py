"""In which zone customers read times"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """In which zone customers read times"""
    op.add_column(
        "complaint",
        sa.Column(
            "zone",
            sa.Text(),
            nullable=True,
            comment="in which the customer reads times, where that is known (CAL-3)",
        ),
    )
