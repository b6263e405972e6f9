"""The columns that let policy versions come over the API, as the revision that adds them makes them; frozen."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def add_policy_columns() -> None:
    """From when a version counts, who made it from what and why, and whether it was withdrawn."""
    for column in (
        sa.Column(
            "valid_from",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="empty for those of the installation's files",
        ),
        sa.Column("content", sa.Text(), nullable=True, comment="the document with its fields in their order"),
        sa.Column("based_on", sa.Text(), nullable=True, comment="the version that it changes"),
        sa.Column("change", postgresql.JSONB(), nullable=True, comment="what it changes of that"),
        sa.Column("changed_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
    ):
        op.add_column("policy", column)
