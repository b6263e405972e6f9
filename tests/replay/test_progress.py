"""What a replay shows while it lasts: whole at 80 columns in both languages, and nothing where nobody watches."""

from io import StringIO
from uuid import uuid4

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.progress import Progress

from services.command.reader import CHINESE, ENGLISH
from services.command.replay.conservation import Ledger
from services.command.replay.progress import Display, columns, display

WHOLE = {
    ENGLISH: "intake 2500, routing 2500, sla 2500, notify 2500",
    CHINESE: "尚缺：登记 2500，责任人 2500，承诺 2500，告知 2500",
}


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_the_line_of_waiting_is_whole_at_80_columns(language: str) -> None:
    console = Console(width=80, force_terminal=True, color_system=None, file=StringIO())
    bar = Progress(*columns(80), console=console)
    complaints = {uuid4() for _ in range(2500)}
    Display(bar, language).waiting(Ledger(complaints, set()), len(complaints))
    with console.capture() as capture:
        console.print(bar.get_renderable())
    [line] = capture.get().splitlines()
    assert WHOLE[language] in line
    assert " 0% 0:00:00 " in line
    assert "…" not in line
    assert cell_len(line) <= 80


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_nothing_is_shown_where_nobody_watches(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    with display(language) as shown:
        shown.waiting(Ledger({uuid4()}, set()), 1)
    assert capsys.readouterr() == ("", "")
