"""Sets the clock of this very process wrong, as far as our code can see it; the database's clock goes right."""

import sys
import time
from datetime import datetime, timedelta, tzinfo
from typing import Any


class _Meta(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


def set_clock_wrong(seconds: float) -> None:
    """Let `time.time` and every `datetime.now` of our modules be off by so much, from now on and for good."""
    right = time.time

    class Wrong(datetime, metaclass=_Meta):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=seconds)

        @classmethod
        def utcnow(cls) -> Any:
            return datetime.now() + timedelta(seconds=seconds)  # noqa: DTZ005 - what it stands for

    time.time = lambda: right() + seconds
    for name, module in list(sys.modules.items()):
        ours = name.split(".")[0] in {"services", "shared"}
        if ours and getattr(module, "datetime", None) is datetime:
            module.datetime = Wrong  # type: ignore[attr-defined]
