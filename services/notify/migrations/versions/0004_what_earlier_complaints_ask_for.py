"""What earlier complaints ask for"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """What earlier complaints ask for"""
    op.add_column(
        "complaint",
        sa.Column(
            "past", sa.Text(), nullable=True, comment="what earlier complaints ask for; none for a first one"
        ),
    )
