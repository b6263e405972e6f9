"""Tasks and answer times"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Tasks and answer times"""
    op.create_table(
        "task",
        sa.Column("task_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "department", sa.Text(), nullable=False, comment="which assists the one that leads (FC-11)"
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="OPEN, REFUSED, DONE, RELEASED"),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="FC-16"),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("refused_by", sa.Text(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "result", sa.Text(), nullable=True, comment="what was delivered, or why it is not needed any more"
        ),
        sa.Column("settled_by", sa.Text(), nullable=True, comment="none where the complaint ended"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("task_id"),
        comment="What was asked of other departments for a complaint, and what they delivered.",
    )
    op.create_index("task_of_complaint", "task", ["complaint_id", "task_id"], unique=False)
    op.create_index("task_of_department", "task", ["department", "task_id"], unique=False)
    op.create_index(
        "task_open",
        "task",
        ["complaint_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('OPEN', 'REFUSED')"),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "answer_field",
            sa.Text(),
            nullable=True,
            comment="how far from the owner the answer has to be found (FC-14)",
        ),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "answer_by",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="until when, as it was when the handler was named",
        ),
    )
    op.add_column(
        "complaint",
        sa.Column(
            "lead_department",
            sa.Text(),
            nullable=True,
            comment="of several departments the one that leads (FC-11)",
        ),
    )
