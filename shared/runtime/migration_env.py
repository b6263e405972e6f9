"""What every service's migrations/env.py does: run its revisions on the connection it is given."""

from alembic import context


def run_migrations() -> None:
    """Run the revisions in the transaction of the caller's connection."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, transaction_per_migration=False)
    context.run_migrations()
