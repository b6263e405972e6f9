"""The sealed word in a form: which page it is and when it was made. Nobody else can make one."""

import secrets
import time
from typing import NamedTuple

from shared.runtime.sealing import CannotOpenError, Sealer

_SUBJECT = "intake form"


class Ticket(NamedTuple):
    """page: the same however often one page is sent; made_at: seconds since 1970."""

    page: str
    made_at: float

    @property
    def age(self) -> float:
        """Seconds since the page was made; never less than none, though its time was rounded."""
        return max(0.0, time.time() - self.made_at)


def new_ticket(sealer: Sealer) -> str:
    """A ticket for a page that is made now."""
    return sealer.seal(f"{secrets.token_hex(12)} {time.time():.3f}", _SUBJECT)


def read_ticket(sealer: Sealer, given: str) -> Ticket | None:
    """The ticket; None if it is not ours."""
    try:
        page, made_at = sealer.open(given, _SUBJECT).split(" ")
        return Ticket(page, float(made_at))
    except (CannotOpenError, ValueError):
        return None
