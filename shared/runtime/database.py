"""One service's own database: its engine, and its tables brought up to date."""

import json
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

POOL_SIZE = 8
_MIGRATION_LOCK = 7_267_733_551


def create_engine(url: str, *, application: str, pool_size: int = POOL_SIZE) -> AsyncEngine:
    """A pool of at most `pool_size` connections. A connection found dead is replaced once, then the error is ours."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5.0,
        pool_pre_ping=False,
        json_serializer=lambda value: json.dumps(value, ensure_ascii=False, default=str),
        connect_args={
            "timeout": 10,
            "command_timeout": 60,
            "server_settings": {"application_name": application, "timezone": "UTC", "jit": "off"},
        },
    )


async def migrate(engine: AsyncEngine, service: str) -> None:
    """Bring the tables of `service` to the newest revision; safe when several replicas do it at once."""
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        await connection.run_sync(_upgrade, service)


async def is_current(engine: AsyncEngine, service: str) -> bool:
    """True if the tables of `service` are at the newest revision."""
    head = ScriptDirectory.from_config(alembic_config(service)).get_current_head()
    async with engine.connect() as connection:
        exists = await connection.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
        if not exists.scalar_one():
            return False
        return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar() == head


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
