"""Answers to customers"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Answers to customers"""
    op.create_table(
        "answer",
        sa.Column("answer_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="HELD, RELEASED, RETURNED"),
        sa.Column(
            "release_at", sa.DateTime(timezone=True), nullable=False, comment="FC-13; unless the owner speaks"
        ),
        sa.Column("settled_by", sa.Text(), nullable=True, comment="the owner; none if the time had come"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_text", sa.Text(), nullable=True, comment="why it was returned"),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("answer_id"),
        comment="What was written to customers, always in the owner's name (FC-13).",
    )
    op.create_index(
        "answer_held", "answer", ["answer_id"], unique=False, postgresql_where=sa.text("state = 'HELD'")
    )
    op.create_index("answer_of_complaint", "answer", ["complaint_id", "answer_id"], unique=False)
