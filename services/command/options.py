"""The options that several commands have, and what they mean."""

from pathlib import Path
from typing import Annotated

import typer

from .failure import fail
from .registry import SERVICES

Data = Annotated[
    Path,
    typer.Option(
        help="Folder that holds everything; made where it is missing.|存放全部数据的目录，没有则新建。"
    ),
]
Config = Annotated[Path | None, typer.Option(help="TOML file with settings.|设置文件（TOML）。")]
Kafka = Annotated[
    str | None,
    typer.Option(
        help="Brokers as host:port; without it the log is in PostgreSQL."
        "|消息代理，写作 host:port；不给出时事件日志放在 PostgreSQL。"
    ),
]
Host = Annotated[
    str | None,
    typer.Option(
        help="Address to listen on; any but loopback needs REDRESS_API_TOKEN."
        "|监听地址；除本机回环外都需要 REDRESS_API_TOKEN。"
    ),
]
Port = Annotated[
    int | None,
    typer.Option(help="Port to listen on (8000); 0 takes a free one.|监听端口（8000）；0 表示任取空闲端口。"),
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database", help="postgresql+asyncpg://… of the service.|该服务的数据库，postgresql+asyncpg://…"
    ),
]


def known(service: str) -> str:
    """The service, if there is one of this name; else the command ends in one line."""
    if service not in SERVICES:
        fail(
            f"there is no service {service!r}; there is {', '.join(SERVICES)}"
            f"|没有服务 {service!r}；有 {'、'.join(SERVICES)}",
            2,
        )
    return service
