"""Transfers with packet and answer"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Transfers with packet and answer"""
    op.create_table(
        "transfer",
        sa.Column("transfer_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("from_id", sa.Text(), nullable=False, comment="who worked on it before"),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="FC-6"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("packet", postgresql.JSONB(), nullable=False, comment="what the receiver is told (FC-7)"),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False, comment="FC-8"),
        sa.Column(
            "dispute", sa.Text(), nullable=True, comment="why the receiver says that it is not theirs (FC-10)"
        ),
        sa.Column("decide_by", sa.DateTime(timezone=True), nullable=True, comment="FC-10"),
        sa.Column("settled_by", sa.Text(), nullable=True, comment="whose word it was; none for silence"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handler_id", sa.Text(), nullable=True, comment="who worked on it then"),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("transfer_id"),
        comment="Every hand-over of the work that was asked for, and what became of it.",
    )
    op.create_index("transfer_of_complaint", "transfer", ["complaint_id", "transfer_id"], unique=False)
    op.create_index(
        "transfer_open_once",
        "transfer",
        ["complaint_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('REQUESTED', 'DISPUTED')"),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "hops", sa.Integer(), server_default="0", nullable=False, comment="hand-overs so far (FC-11)"
        ),
    )
