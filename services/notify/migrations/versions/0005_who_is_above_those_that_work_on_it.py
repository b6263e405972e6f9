"""Who is above those that work on it"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Who is above those that work on it"""
    op.add_column(
        "complaint",
        sa.Column(
            "manager_id",
            sa.Text(),
            nullable=True,
            comment="who leads the department that works on it for another",
        ),
    )
    op.add_column("complaint", sa.Column("manager_channel", sa.Text(), nullable=True))
    op.add_column("complaint", sa.Column("manager_reply_to", sa.Text(), nullable=True, comment="sealed"))
    op.add_column("complaint", sa.Column("coordinator_id", sa.Text(), nullable=True))
    op.add_column("complaint", sa.Column("coordinator_channel", sa.Text(), nullable=True))
    op.add_column("complaint", sa.Column("coordinator_reply_to", sa.Text(), nullable=True, comment="sealed"))
