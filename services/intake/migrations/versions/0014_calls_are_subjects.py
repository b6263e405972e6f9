"""Calls are subjects of events"""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Timers of calls wait behind the row of the call's own id, in whose order its events are told."""
    op.execute(
        """
        INSERT INTO stream (subject) SELECT DISTINCT substr(subject, 6) FROM timer
        WHERE kind = 'call_quiet' AND subject LIKE 'call:%' ON CONFLICT DO NOTHING
        """
    )
    op.execute(
        """
        UPDATE timer SET subject = substr(subject, 6) WHERE kind = 'call_quiet' AND subject LIKE 'call:%'
        """
    )
