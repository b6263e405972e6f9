"""Later contacts and unclear responsibility"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Later contacts and unclear responsibility"""
    op.create_table(
        "later_contact",
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=True, comment="account that took the call, if any"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed_to", sa.Text(), nullable=False),
        sa.Column("stands_in", sa.Boolean(), nullable=False, comment="for the owner, who was away (FC-20)"),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id"),
        comment="Later contacts on complaints, and who was told of them.",
    )
    op.create_index(
        "later_contact_of_complaint", "later_contact", ["complaint_id", "contact_id"], unique=False
    )
    op.create_index("later_contact_passed_to", "later_contact", ["passed_to", "contact_id"], unique=False)
    op.create_table(
        "unclear_case",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("timer_id", sa.UUID(), nullable=False),
        sa.Column("report_by", sa.DateTime(timezone=True), nullable=False, comment="FC-15"),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "reported_by",
            sa.Text(),
            nullable=True,
            comment="the owner; none where the superior heard of it without them",
        ),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id"),
        comment="Complaints for which no department is responsible, and when the superior heard of it.",
    )
    op.create_index("unclear_case_of_timer", "unclear_case", ["timer_id"], unique=False)
    op.add_column(
        "presence",
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when it has been reported the same",
        ),
    )
