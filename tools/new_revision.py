"""Writes a new Alembic revision of a service: what its tables.py has and its migrations do not make yet.

python -m tools.new_revision <service> "<what changes>"
"""

import asyncio
import importlib
import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from shared.runtime.database import alembic_config, create_engine, migrate, migrations_folder
from shared.runtime.embedded import EmbeddedPostgres

_TEMPLATE = '''"""{message}"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
{first_import}
revision = "{revision}"
down_revision = {down}


def upgrade() -> None:
    """{message}"""
{body}
'''


def difference(connection: Connection, metadata: MetaData) -> str:
    """Python code of the operations that lead from the database to `metadata`; `pass` if there are none."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": False}
    )
    upgrade = produce_migrations(context, metadata).upgrade_ops
    code = str(render_python_code(upgrade)) if upgrade else "pass"
    return "\n".join(line for line in code.splitlines() if "# ###" not in line)


async def _write(service: str, message: str) -> None:
    metadata: MetaData = importlib.import_module(f"services.{service}.tables").metadata
    folder = migrations_folder(service) / "versions"
    head = ScriptDirectory.from_config(alembic_config(service)).get_current_head()
    revision = f"{int(head or 0) + 1:04d}"
    target = folder / f"{revision}_{message.lower().replace(' ', '_')}.py"
    if head is None:
        first = "\nfrom shared.runtime.first_tables import create_service_tables\n"
        start = "    create_service_tables()\n"
        target.write_text(
            _TEMPLATE.format(message=message, revision=revision, down=None, first_import=first, body=start)
        )
    else:
        first, start = "", ""
    with tempfile.TemporaryDirectory(prefix="redress-revision-") as scratch:
        server = EmbeddedPostgres(Path(scratch) / "pg", durable=False)
        server.start()
        try:
            server.ensure_databases([service])
            await migrate(server.url(service), service)
            engine = create_engine(server.url(service), application="new revision")
            async with engine.connect() as connection:
                body = await connection.run_sync(difference, metadata)
            await engine.dispose()
        finally:
            server.stop()
    target.write_text(
        _TEMPLATE.format(
            message=message,
            revision=revision,
            down=f'"{head}"' if head else None,
            first_import=first,
            body=start + "    " + body.strip(),
        )
    )
    print(target)


if __name__ == "__main__":
    asyncio.run(_write(sys.argv[1], sys.argv[2]))
