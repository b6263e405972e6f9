"""Reports by start"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Reports by start"""
    op.create_index("promise_started", "promise", ["starts_at"], unique=False, postgresql_using="brin")
