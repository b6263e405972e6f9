"""Standard answers"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Standard answers"""
    op.create_table(
        "standard_answer",
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "category", sa.Text(), nullable=True, comment="with all that lies under it; none for anything"
        ),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="DRAFT, APPROVED, WITHDRAWN"),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("answer_id", "version"),
        comment="What everybody says to the same question, in every version; the last approved one is in force.",
    )
    op.create_table(
        "standard_answer_use",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("used_in", sa.Text(), nullable=False, comment="PROPOSAL"),
        sa.Column("adapted", sa.Boolean(), nullable=False, comment="whether the text was changed for it"),
        sa.Column("used_by", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", "answer_id", "version", "round", "used_in"),
        comment="Which standard answer was used on which complaint.",
    )
    op.create_index(
        "standard_answer_use_of_answer", "standard_answer_use", ["answer_id", "complaint_id"], unique=False
    )
