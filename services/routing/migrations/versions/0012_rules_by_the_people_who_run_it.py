"""Rules by the people who run it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Rules by the people who run it"""
    op.create_table(
        "rule_activation",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=True, comment="none: no rule applies"),
        sa.Column("activated_by", sa.Text(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("revision"),
        comment="Which version of the rules decides; the last one counts.",
    )
    op.create_table(
        "rule_decision",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column(
            "facts",
            postgresql.JSONB(),
            nullable=False,
            comment="the fields that rules may ask, as they were then",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=True,
            comment="of the rules that decided; none where there were none",
        ),
        sa.Column("rule", sa.Text(), nullable=True, comment="which one applied, if any"),
        sa.PrimaryKeyConstraint("complaint_id"),
        comment="What the rules by the people who run it said of each complaint, and on which facts.",
    )
    op.create_table(
        "rule_list",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "rules",
            postgresql.JSONB(),
            nullable=False,
            comment="[{id, name, condition, action, enabled}, …] in their order",
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version"),
        comment="Every version of the rules by the people who run it; none is ever changed.",
    )
