"""Motives and the desk of key accounts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Motives and the desk of key accounts"""
    op.add_column(
        "complaint",
        sa.Column(
            "motives", postgresql.JSONB(), nullable=True, comment="as staff found them; none: as intake heard"
        ),
    )
    op.add_column("complaint", sa.Column("motives_by", sa.Text(), nullable=True))
    op.add_column(
        "rule_decision",
        sa.Column("desk", sa.Text(), nullable=True, comment="of key accounts, where it went there by policy"),
    )
