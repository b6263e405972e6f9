"""`redress dead-letters`: looks after events that were parked."""

from pathlib import Path
from typing import Annotated

import typer

from .help_page import Commands
from .options import Data, Database, known

letters = Commands(
    help="Look after events that were parked because applying them failed.|处理因应用失败而搁置的事件。"
)
OneService = Annotated[str | None, typer.Option("--service", help="Only this service.|只看这个服务。")]
Subject = Annotated[
    str, typer.Argument(help="The complaint or customer the event is about.|事件所关于的投诉或客户。")
]


@letters.command("list")
def list_dead_letters(
    data: Data = Path("redress-data"), service: OneService = None, database: Database = None
) -> None:
    """One line per parked event.

    |每个搁置的事件一行。
    """
    from . import dead_letters

    with dead_letters.databases(data, service and known(service), database) as found:
        dead_letters.list_letters(found)


@letters.command("show")
def show_dead_letter(
    subject: Subject, data: Data = Path("redress-data"), service: OneService = None, database: Database = None
) -> None:
    """Everything that waits for a subject, as JSON lines.

    |某个对象名下等待的全部事件，以 JSON 行输出。
    """
    from . import dead_letters

    with dead_letters.databases(data, service and known(service), database) as found:
        dead_letters.show_letter(found, subject)


@letters.command("retry")
def retry_dead_letter(
    subject: Subject, data: Data = Path("redress-data"), service: OneService = None, database: Database = None
) -> None:
    """Try a parked event again, and then all that waits behind it.

    |重试搁置的事件，然后是排在它后面的全部事件。
    """
    from . import dead_letters

    with dead_letters.databases(data, service and known(service), database) as found:
        dead_letters.retry_letter(found, subject)


@letters.command("drop")
def drop_dead_letter(
    subject: Subject, data: Data = Path("redress-data"), service: OneService = None, database: Database = None
) -> None:
    """Give up a parked event; what waits behind it goes on.

    |放弃搁置的事件；排在它后面的继续进行。
    """
    from . import dead_letters

    with dead_letters.databases(data, service and known(service), database) as found:
        dead_letters.drop_letter(found, subject)
