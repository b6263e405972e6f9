"""Runs all services in one process on one data folder."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from shared.bus.event_log import EventLog
from shared.runtime.database import migrate
from shared.runtime.logs import configure_logs
from shared.runtime.policy import PolicyError
from shared.runtime.service import Together
from shared.runtime.settings import Settings, SettingsError

from .data_folder import DataFolder, open_data_folder
from .demo.start import Demo
from .failure import fail
from .logs_of_events import kafka_log, postgres_log, require_broker
from .registry import SERVICES, create_service
from .server import Server, address_of, listen, serve

RECORDS_A_POLL = 200


def run_together(
    settings: Settings, folder: Path, on_start: Callable[[str], None], demo: Demo | None = None
) -> None:
    """Start everything, call `on_start` with the address, serve until stopped or until the demo has ended."""
    sock = listen(settings)
    address = address_of(settings.host, sock.getsockname()[1])
    settings = with_links_to(address, settings)
    if settings.kafka:
        require_broker(settings)
    with open_data_folder(folder) as data:
        asyncio.run(migrate_all(data))
        data.write_addresses(dict.fromkeys(SERVICES, address))
        configure_logs(settings.log_level, file=demo.log_file if demo else None)
        event_log: EventLog = (
            kafka_log(settings) if settings.kafka else postgres_log(data.database_url("event_log"))
        )
        try:
            services = [
                create_service(
                    name, settings_for(name, settings, data), event_log, max_records=RECORDS_A_POLL
                )
                for name in SERVICES
            ]
        except (PolicyError, SettingsError) as error:
            fail(str(error), 2)
        app = Together(services, settings, closes=event_log)

        def beside(server: Server) -> None:
            on_start(address)
            if demo:
                demo.start(server.stop)

        if not serve(app, services, settings, sock, beside):
            fail("a service did not start; the lines above say why|有服务没有启动，原因见上面的日志")
    if demo and demo.code:
        fail("the demo did not reach its end|演示没有走到终点")


def with_links_to(address: str, settings: Settings) -> Settings:
    """The same settings with links for customers that lead to `address`, unless a public address is given."""
    return (
        settings
        if "public_url" in settings.model_fields_set
        else settings.model_copy(update={"public_url": address})
    )


def settings_for(name: str, settings: Settings, data: DataFolder) -> Settings:
    """The settings of one service on a data folder: its database, the folder's keys, the folder for messages."""
    return settings.model_copy(
        update={
            "database_url": data.database_url(name),
            "sealing_keys": settings.sealing_keys or data.sealing_keys(),
            "outbound_folder": settings.outbound_folder or data.path / "messages",
        }
    )


async def migrate_all(data: DataFolder) -> None:
    """Bring every service's tables up to date."""
    for name in SERVICES:
        await migrate(data.database_url(name), name)
