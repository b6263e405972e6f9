"""First tables"""

import sqlalchemy as sa
from alembic import op

from shared.runtime.first_tables import create_service_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """First tables"""
    create_service_tables()
    op.create_table(
        "complaint",
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False, comment="as intake found it"),
        sa.Column("severity_rule", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("repeat_index", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id"),
        comment="What the promises to a complaint depend on.",
    )
    op.create_table(
        "promise",
        sa.Column("promise_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="ACK, CONTACT, UPDATE or SOLVE"),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target_seconds", sa.Double(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False, comment="the one that counted"),
        sa.Column("cell", sa.Text(), nullable=False, comment="the matrix cell that decided, such as S2×K"),
        sa.Column("factor", sa.Double(), nullable=False),
        sa.Column("factor_rule", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            server_default="OPEN",
            nullable=False,
            comment="OPEN, AT_RISK, BROKEN, KEPT or WITHDRAWN",
        ),
        sa.Column("next_rung", sa.Text(), nullable=True, comment="the level its timer waits for"),
        sa.Column("broken_at", sa.DateTime(timezone=True), nullable=True, comment="when the breach was told"),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True, comment="when it was done"),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column(
            "settled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it ended here, kept or withdrawn",
        ),
        sa.PrimaryKeyConstraint("promise_id"),
        sa.UniqueConstraint("complaint_id", "kind", "round"),
        comment="What was promised, until when, and what became of it.",
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        "promise_live",
        "promise",
        ["promise_id"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "rung",
        sa.Column("promise_id", sa.UUID(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("promise_id", "level"),
        comment="Every rung of the ladder that a promise has reached, each once.",
    )
