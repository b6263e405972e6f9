"""Runs this service's revisions."""

from shared.runtime.migration_env import run_migrations

run_migrations()
