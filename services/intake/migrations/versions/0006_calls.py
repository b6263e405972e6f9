"""Calls"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Calls"""
    op.create_table(
        "call",
        sa.Column("call_ref", sa.UUID(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what all parts together say",
        ),
        sa.Column(
            "fate",
            sa.Text(),
            server_default="OPEN",
            nullable=False,
            comment="COMPLAINT, CALL_BACK, NOTHING or OPEN",
        ),
        sa.Column("complaint_id", sa.UUID(), nullable=True),
        sa.Column("first_told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("call_ref"),
        sa.UniqueConstraint("provider", "call_id", name="call_once"),
        comment="Calls as telephone systems tell of them.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "call_back",
        sa.Column("call_ref", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False, comment="+<country><number>"),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("call_ref"),
        comment="Callers who hung up before anybody answered.",
    )
    op.create_index(
        "call_back_open", "call_back", ["call_ref"], unique=False, postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_table(
        "call_part",
        sa.Column("call_ref", sa.UUID(), nullable=False),
        sa.Column("digest", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "told_at",
            sa.Text(collation="C"),
            nullable=False,
            comment="as the system said; empty if it did not",
        ),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("call_ref", "digest"),
        comment="What was told of a call, once per content.",
    )
