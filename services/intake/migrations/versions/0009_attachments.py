"""Attachments"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Attachments"""
    op.create_table(
        "attachment",
        sa.Column("attachment_id", sa.UUID(), nullable=False),
        sa.Column("complaint_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="as its sender calls it"),
        sa.Column("media_type", sa.Text(), nullable=False, comment="by its content"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="QUARANTINED, CLEAN, INFECTED or NOT_SCANNED"),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scan_after", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("attachment_id"),
        sa.UniqueConstraint("complaint_id", "sha256", name="attachment_once"),
        comment="Files beside complaints; their contents lie elsewhere.",
    )
    op.create_index(
        "attachment_to_scan",
        "attachment",
        ["scan_after"],
        unique=False,
        postgresql_where=sa.text("state = 'QUARANTINED'"),
    )
