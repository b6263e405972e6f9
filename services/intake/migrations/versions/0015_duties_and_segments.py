"""Duties and segments"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Duties and segments"""
    op.create_table(
        "duty",
        sa.Column("duty_id", sa.UUID(), nullable=False, comment="and its timer's"),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False, comment="IDENTIFY_CUSTOMER or FREEZE_SERVICE"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "overdue_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was told that it was not done in time",
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column(
            "outcome", sa.Text(), nullable=True, comment="IDENTIFIED, NOT_A_CUSTOMER, FROZEN or NOT_NEEDED"
        ),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("duty_id"),
        sa.UniqueConstraint("complaint_id", "duty", name="duty_once"),
        comment="What is to be done within its time besides solving a complaint.",
    )
    op.create_index(
        "duty_open", "duty", ["duty_id"], unique=False, postgresql_where=sa.text("done_at IS NULL")
    )
    op.add_column(
        "customer",
        sa.Column(
            "segment",
            sa.Text(),
            nullable=True,
            comment="as the operator's systems name it: CONSUMER, ENTERPRISE, GOVERNMENT …",
        ),
    )
    op.add_column(
        "customer",
        sa.Column("sla_contract", sa.Boolean(), nullable=True, comment="has a contract on service levels"),
    )
