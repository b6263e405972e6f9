"""Waiting and other ends"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Waiting and other ends"""
    op.create_table(
        "appeal",
        sa.Column("appeal_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decider_id", sa.Text(), nullable=False),
        sa.Column("decide_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("appeal_id"),
        comment="Appeals against the end of a complaint, and how they were decided.",
    )
    op.create_index("appeal_of_complaint", "appeal", ["complaint_id", "appeal_id"], unique=False)
    op.create_table(
        "waiting",
        sa.Column("waiting_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="PAU-1"),
        sa.Column("evidence", sa.Text(), nullable=True, comment="PAU-2"),
        sa.Column("failed_calls", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resumes_at", sa.DateTime(timezone=True), nullable=False, comment="at the latest"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("waiting_id"),
        comment="When a complaint waited, for what, and on which evidence.",
    )
    op.create_index("waiting_of_complaint", "waiting", ["complaint_id", "waiting_id"], unique=False)
    op.create_index(
        "waiting_once", "waiting", ["complaint_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.add_column(
        "complaint", sa.Column("end_reason", sa.Text(), nullable=True, comment="why it was rejected")
    )
    op.add_column(
        "complaint",
        sa.Column(
            "end_text", sa.Text(), nullable=True, comment="what was said when it was rejected or cancelled"
        ),
    )
    op.add_column(
        "complaint", sa.Column("appeal_until", sa.DateTime(timezone=True), nullable=True, comment="FC-22")
    )
