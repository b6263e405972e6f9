"""Timers are found by id and due time"""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Timers are found by id and due time"""
    op.drop_index(op.f("timer_of_subject"), table_name="timer", postgresql_where="armed")
