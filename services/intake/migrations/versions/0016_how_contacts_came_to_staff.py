"""How contacts came to staff"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """How contacts came to staff"""
    op.add_column(
        "complaint",
        sa.Column(
            "came_by",
            sa.Text(),
            nullable=True,
            comment="PHONE, BRANCH, LETTER or FAX, where staff entered it",
        ),
    )
