"""Urgency"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Urgency"""
    op.add_column(
        "complaint",
        sa.Column("urgency", sa.Text(), server_default="NORMAL", nullable=False, comment="as staff set it"),
    )
