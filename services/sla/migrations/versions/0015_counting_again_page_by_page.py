"""Counting again page by page"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Counting again page by page"""
    op.create_table(
        "recount",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="the one in which they are counted"),
        sa.Column("through", sa.UUID(), nullable=False, comment="the last promise that is done"),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("goes_on_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "is_last_look",
            sa.Boolean(),
            nullable=False,
            comment="for promises that were still made meanwhile",
        ),
        sa.PrimaryKeyConstraint("calendar"),
        comment="Calendars whose open promises are being counted again, and how far that has come (CAL-6).",
    )
    op.drop_index(
        op.f("promise_in_calendar"),
        table_name="promise",
        postgresql_where="((settled_at IS NULL) AND (calendar IS NOT NULL))",
    )
    op.create_index(
        "promise_in_calendar",
        "promise",
        ["calendar", "promise_id"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL AND calendar IS NOT NULL"),
    )
