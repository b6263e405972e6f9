"""Messages from providers"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Messages from providers"""
    op.create_table(
        "gathering",
        sa.Column("gathering_id", sa.UUID(), nullable=False),
        sa.Column(
            "subject",
            sa.Text(collation="C"),
            nullable=False,
            comment="digest of account, numbers, reference, total",
        ),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sent_to", sa.Text(), nullable=True),
        sa.Column("total", sa.SmallInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "released_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it became a contact, whole or with gaps",
        ),
        sa.Column("complete", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("gathering_id"),
        comment="Long messages that arrive in parts.",
    )
    op.create_index(
        "gathering_unfinished",
        "gathering",
        ["subject", "begun_at"],
        unique=False,
        postgresql_where=sa.text("NOT complete"),
    )
    op.create_table(
        "message_part",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column(
            "part_key", sa.Text(collation="C"), nullable=False, comment="the provider's id of the part"
        ),
        sa.Column("gathering_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("provider", "part_key"),
        comment="Parts of long messages, once per key.",
    )
    op.create_index("part_of_gathering", "message_part", ["gathering_id"], unique=False)
    op.create_table(
        "parked_payload",
        sa.Column("parked_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(collation="C"), nullable=False, comment="so that it is parked once"),
        sa.Column("reason", sa.Text(), nullable=False, comment="the field that is wrong"),
        sa.Column(
            "sealed",
            sa.Text(),
            nullable=True,
            comment="the request as it came; empty once it was taken or dropped",
        ),
        sa.Column(
            "state", sa.Text(), server_default="PARKED", nullable=False, comment="PARKED, TAKEN or DROPPED"
        ),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("parked_id"),
        sa.UniqueConstraint("kind", "provider", "digest", name="parked_once"),
        comment="What providers sent that could not be read.",
    )
    op.create_index(
        "parked_now",
        "parked_payload",
        ["parked_id"],
        unique=False,
        postgresql_where=sa.text("state = 'PARKED'"),
    )
    op.create_table(
        "refusal",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("message_key", sa.Text(collation="C"), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False, comment="the word of the policy that was said"),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "message_key"),
        comment="Messages that say nothing but that somebody wants no offers.",
    )
