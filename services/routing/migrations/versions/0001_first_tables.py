"""First tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.runtime.first_tables import create_service_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """First tables"""
    create_service_tables()
    op.create_table(
        "complaint",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("case_type", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "taken_by", sa.Text(), nullable=True, comment="account that took the call, as it was given"
        ),
        sa.Column("repeat_of", sa.UUID(), nullable=True),
        sa.Column("owner_id", sa.Text(), nullable=False, comment="written once (FC-1)"),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False, comment="the owner's"),
        sa.Column("owned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False, comment="by which the owner was named"),
        sa.Column("reason", sa.Text(), nullable=False, comment="what decided within that rule"),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("staff_version", sa.Text(), nullable=False, comment="digest of the directory used"),
        sa.Column(
            "handler_id", sa.Text(), nullable=False, comment="who works on it; the owner unless handed over"
        ),
        sa.Column("handler_reason", sa.Text(), nullable=True, comment="why it was handed over (FC-6)"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("ground", sa.Text(), nullable=True, comment="what it was closed on"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalation", sa.Text(), nullable=True, comment="the highest rung reached so far"),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("complaint_id"),
        comment="Every complaint heard of, with the one person who answers for it.",
        postgresql_with={"fillfactor": 80},
    )
    op.create_index("complaint_of_handler", "complaint", ["handler_id", "complaint_id"], unique=False)
    op.create_index("complaint_of_owner", "complaint", ["owner_id", "complaint_id"], unique=False)
    op.create_index(
        "complaint_open",
        "complaint",
        ["state", "complaint_id"],
        unique=False,
        postgresql_where=sa.text("state <> 'CLOSED'"),
    )
    op.create_table(
        "staff_load",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("counted_by", sa.Text(), nullable=False, comment="the replica whose row this is"),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("last_given_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("staff_id", "counted_by"),
        comment="Open complaints owned, or handled for another owner: the sum over all replicas, each of which writes rows of its own, so that none waits for another.",
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "work_round",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "steps",
            postgresql.JSONB(),
            nullable=False,
            comment="[{step, by, taken_at}, …] in the order taken",
        ),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("resolution_reason", sa.Text(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("complaint_id", "round"),
        comment="What was done for a complaint, from one opening to the resolution that ended it.",
        postgresql_with={"fillfactor": 80},
    )
