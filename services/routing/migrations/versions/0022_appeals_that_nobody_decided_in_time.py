"""Appeals that nobody decided in time"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Appeals that nobody decided in time"""
    op.add_column(
        "appeal",
        sa.Column(
            "passed",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
            comment="[{decider_id, decide_by, passed_at, policy_version}, …]: who let the time pass",
        ),
    )
    op.create_index(
        "appeal_undecided",
        "appeal",
        ["decider_id", "appeal_id"],
        unique=False,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.execute(
        """
        INSERT INTO timer (id, kind, subject, due_at)
        SELECT appeal_id, 'appeal_due', complaint_id::text, decide_by FROM appeal WHERE decided_at IS NULL
        """
    )
