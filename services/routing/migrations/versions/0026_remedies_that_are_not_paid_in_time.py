"""Remedies that are not paid in time"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Remedies that are not paid in time"""
    op.add_column(
        "remedy",
        sa.Column(
            "overdue_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was told that it is unpaid (REM-7)",
        ),
    )
    op.execute(
        "INSERT INTO timer (id, kind, subject, due_at)"
        " SELECT remedy_id, 'remedy_due', complaint_id::text, pay_by FROM remedy"
        " WHERE state = 'APPROVED' AND pay_by IS NOT NULL ON CONFLICT (id) DO NOTHING"
    )
