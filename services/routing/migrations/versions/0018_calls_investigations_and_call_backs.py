"""Calls, investigations and call backs"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Calls, investigations and call backs"""
    op.create_table(
        "call_attempt",
        sa.Column("call_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("talk_minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("call_id"),
        comment="When customers were called, and whether they answered.",
    )
    op.create_index("call_attempt_of_complaint", "call_attempt", ["complaint_id", "at"], unique=False)
    op.create_index("call_attempt_of_customer", "call_attempt", ["customer_id", "at"], unique=False)
    op.create_table(
        "call_back",
        sa.Column("call_ref", sa.UUID(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True, comment="of the telephone system"),
        sa.Column("address_hint", sa.Text(), nullable=False, comment="the number, masked"),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("given_to", sa.Text(), nullable=False),
        sa.Column("call_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True, comment="CALLED or COMPLAINED"),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("complaint_id", sa.UUID(), nullable=True, comment="if they complained after all"),
        sa.PrimaryKeyConstraint("call_ref"),
        comment="Callers who hung up before anybody answered, and who is to call them back.",
    )
    op.create_index("call_back_of_staff", "call_back", ["given_to", "call_ref"], unique=False)
    op.create_table(
        "investigation",
        sa.Column("investigation_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("investigation_id"),
        comment="How long complaints were looked into.",
    )
    op.create_index(
        "investigation_of_complaint", "investigation", ["complaint_id", "investigation_id"], unique=False
    )
