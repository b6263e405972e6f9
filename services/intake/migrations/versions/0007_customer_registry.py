"""Customer registry"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Customer registry"""
    op.create_table(
        "customer_merge",
        sa.Column("merge_id", sa.UUID(), nullable=False),
        sa.Column("from_id", sa.UUID(), nullable=False),
        sa.Column("into_id", sa.UUID(), nullable=False),
        sa.Column("keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("complaints", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("merge_id"),
        comment="Which keys and complaints a customer gave to another, so that it can be undone.",
    )
    op.create_index("customer_merge_from", "customer_merge", ["from_id"], unique=False)
    op.add_column("customer", sa.Column("star", sa.SmallInteger(), nullable=True))
    op.add_column(
        "customer",
        sa.Column(
            "value_rank",
            sa.Numeric(precision=5, scale=4),
            nullable=True,
            comment="place by 12-month value, 0 the best",
        ),
    )
    op.add_column("customer", sa.Column("preferred_channel", sa.Text(), nullable=True))
    op.add_column(
        "customer",
        sa.Column("key_account_manager", sa.Text(), nullable=True, comment="account of the member of staff"),
    )
    op.add_column(
        "customer",
        sa.Column(
            "registered_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="last told by the operator's systems",
        ),
    )
    op.add_column(
        "customer",
        sa.Column(
            "not_a_customer",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="served all the same",
        ),
    )
    op.add_column(
        "customer",
        sa.Column("merged_into", sa.UUID(), nullable=True, comment="the customer who they turned out to be"),
    )
    op.alter_column(
        "customer_key",
        "key",
        existing_type=sa.TEXT(collation="C"),
        comment="external:…, account:…, phone:… or email:…",
        existing_comment="external:…, phone:… or email:…",
        existing_nullable=False,
    )
    op.create_index("customer_key_of", "customer_key", ["customer_id"], unique=False)
