"""The options by which every command that asks a running installation says where it is."""

from pathlib import Path
from typing import Annotated

import typer

At = Annotated[
    str | None,
    typer.Option(
        help="Where all services answer; http://127.0.0.1:8000.|全部服务所在的地址；http://127.0.0.1:8000。"
    ),
]
Addresses = Annotated[
    Path | None, typer.Option(help="JSON file with each service's address.|写有各服务地址的 JSON 文件。")
]
RunningData = Annotated[
    Path | None,
    typer.Option(
        help="Folder of `redress up`; it holds the addresses.|`redress up` 的目录，其中有各服务地址。"
    ),
]
