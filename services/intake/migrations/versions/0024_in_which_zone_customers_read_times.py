"""In which zone customers read times"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """In which zone customers read times"""
    op.add_column(
        "customer",
        sa.Column(
            "zone",
            sa.Text(),
            nullable=True,
            comment="in which they read times; the installation's if empty (CAL-3)",
        ),
    )
    op.add_column(
        "customer",
        sa.Column(
            "zone_from_merge",
            sa.Text(),
            nullable=True,
            comment="of who was merged into them, where they have none",
        ),
    )
