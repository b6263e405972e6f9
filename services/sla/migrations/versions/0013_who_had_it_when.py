"""Who had it when"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Who had it when"""
    op.create_table(
        "holding",
        sa.Column("holding_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True, comment="account of who worked on it"),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True, comment="none while they have it"),
        sa.Column(
            "answer_by",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="until when they answer inside the house",
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "is_part",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="asked for a part only",
        ),
        sa.PrimaryKeyConstraint("holding_id"),
        comment="Which department had a complaint when, as routing told it (FC-17).",
    )
    op.create_index("holding_of_complaint", "holding", ["complaint_id"], unique=False)
