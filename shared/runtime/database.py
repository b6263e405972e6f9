"""Brings a service's tables up to date, and tells whether they are."""

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.bus.database import Database
from shared.bus.statement import Statement

_IS_MIGRATED = Statement("SELECT to_regclass('alembic_version') IS NOT NULL")
_REVISION = Statement("SELECT version_num FROM alembic_version")
_MIGRATION_LOCK = 7_267_733_551


def create_engine(url: str, *, application: str, pool_size: int = 4) -> AsyncEngine:
    """SQLAlchemy's way to a database: for migrations, and for whoever looks in from outside."""
    server_settings = {"application_name": application, "timezone": "UTC", "jit": "off"}
    connect_args = {"timeout": 10, "server_settings": server_settings}
    return create_async_engine(url, pool_size=pool_size, max_overflow=0, connect_args=connect_args)


async def migrate(url: str, service: str) -> None:
    """Bring the tables of `service` to the newest revision; safe when several replicas do it at once."""
    engine = create_engine(url, application="redress migrate")
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            await connection.run_sync(_upgrade, service)
    finally:
        await engine.dispose()


async def is_current(database: Database, service: str) -> bool:
    """True if the tables of `service` are at the newest revision."""
    head = ScriptDirectory.from_config(alembic_config(service)).get_current_head()
    [(exists,)] = await database.fetch(_IS_MIGRATED, {})
    return exists and [head] == [version for (version,) in await database.fetch(_REVISION, {})]


def _upgrade(connection: Connection, service: str) -> None:
    config = alembic_config(service)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def alembic_config(service: str) -> Config:
    """Where Alembic finds the revisions of `service`."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder(service)))
    return config


def migrations_folder(service: str) -> Path:
    """Where the Alembic revisions of `service` lie."""
    return Path(str(files(f"services.{service}") / "migrations"))
