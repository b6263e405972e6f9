"""Complaints that became more severe"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Complaints that became more severe"""
    op.create_table(
        "reweighing",
        sa.Column("reweighing_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("raised_by", sa.Text(), nullable=False, comment="GRADE, INCIDENT or CONTACT"),
        sa.Column("severity_was", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("grade_was", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("priority", sa.Float(), nullable=False, comment="of its first moment, as it is told now"),
        sa.Column("weight", sa.Float(), nullable=False, comment="with the points of rules and urgency"),
        sa.Column(
            "rules_version",
            sa.Integer(),
            nullable=True,
            comment="of the rules that decided; none where there were none",
        ),
        sa.Column("rule", sa.Text(), nullable=True, comment="which one applied, if any"),
        sa.Column("desk", sa.Text(), nullable=True, comment="of key accounts, where it went there by policy"),
        sa.Column("handler_was", sa.Text(), nullable=False),
        sa.Column("handler_id", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("weighed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reweighing_id"),
        comment="What made complaints more severe after they were heard of, and where they went then.",
    )
    op.create_index("reweighing_of_complaint", "reweighing", ["complaint_id", "reweighing_id"], unique=False)
