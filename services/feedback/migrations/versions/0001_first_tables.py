"""First tables"""

import sqlalchemy as sa
from alembic import op

from shared.runtime.first_tables import create_service_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """First tables"""
    create_service_tables()
    op.create_table(
        "complaint",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id"),
        comment="Complaints whose customers may be asked.",
    )
    op.create_table(
        "question",
        sa.Column("question_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="PLANNED, ASKED, ANSWERED, SILENT or WITHDRAWN"
        ),
        sa.Column(
            "token_digest",
            sa.Text(),
            nullable=True,
            comment="SHA-256 of the code in the link; the code itself is not kept",
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("impression", sa.SmallInteger(), nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.Column("dissatisfied", sa.Boolean(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("question_id"),
        sa.UniqueConstraint("complaint_id", "round"),
        sa.UniqueConstraint("token_digest"),
        comment="One question per resolution.",
    )
    op.create_index("question_of_complaint", "question", ["complaint_id"], unique=False)
