"""The demonstration as a process of its own: started by `redress up --demo`, it knows only addresses.

python -m services.command.demo <addresses.json> <file descriptor of the phones' socket> [--exit]
"""

import asyncio
import json
import socket
import sys
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from .addresses import Doors
from .board import Board
from .complaints import demo_complaints
from .people import Customers, Staff, post_complaints
from .phones import Phones

_WORDS = """[bold]Redress {address}[/]
  演示以秒代小时，数据保留。The demo counts seconds for hours; data are kept.
  时限因此很短，有的会超时升级。So times are short, and some run late and escalate.
  投诉 complain  {address}/intake/v1/form?lang=zh-CN   ?lang=en
  文档 docs      {address}/intake/docs
  指标 metrics   {address}/metrics
  事件 events    {events}
  查询 tracking  {tracking}
  日志 log       {log}
  按 Ctrl-C 结束。Ctrl-C ends it."""


async def main(addresses_file: Path, phones_fd: int, *, leave: bool) -> int:
    """Post, work, answer and show; returns 0 when every complaint has ended and that was asked for."""
    addresses = json.loads(addresses_file.read_text(encoding="utf-8"))
    doors = Doors(addresses)
    complaints = demo_complaints()
    customers = Customers(doors, complaints)
    console = Console()
    board = Board(doors, complaints, console)
    sock = socket.socket(fileno=phones_fd)
    people = [
        asyncio.create_task(Phones(customers).serve(sock)),
        asyncio.create_task(Staff(doors).work()),
    ]
    posting = asyncio.create_task(post_complaints(doors, complaints))
    tracking = asyncio.create_task(_say_where(doors, console, addresses_file.parent))
    try:
        await board.show(until_ended=leave)
        await tracking
    finally:
        for task in [*people, posting, tracking]:
            task.cancel()
        await asyncio.gather(*people, posting, tracking, return_exceptions=True)
        await doors.close()
    console.print("every demo complaint has ended / 全部演示投诉已办结" if leave else "")
    return 0


async def _say_where(doors: Doors, console: Console, folder: Path) -> None:
    """Print where to look, as soon as the first complaint can be tracked."""
    first = demo_complaints()[0]
    while (known := await doors.post(first.path, first.body)) is None:
        await asyncio.sleep(0.2)
    said = _WORDS.format(
        address=doors.addresses["intake"],
        events=doors.url("/routing/v1/events?after=0&wait=10"),
        tracking=doors.url(known["tracking_path"]),
        log=folder / "redress.log",
    )
    console.print(said, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), leave="--exit" in sys.argv[3:])))
