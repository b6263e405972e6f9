"""Who is told of levels"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Who is told of levels"""
    op.create_table(
        "addressee",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False, comment="empty: for all"),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("role", "department"),
        comment="Who is told of levels above the team lead; for a role that nobody holds the next one up is told.",
    )
    op.add_column(
        "complaint",
        sa.Column("owner_id", sa.Text(), nullable=True, comment="who answers for it, as routing told last"),
    )
    op.add_column("complaint", sa.Column("lead_id", sa.Text(), nullable=True))
    op.add_column("complaint", sa.Column("owner_department", sa.Text(), nullable=True))
