"""Named places at which a process can be told to die, so that the fault tests can prove what survives there.

Armed by REDRESS_CRASH_AT=<name>[:<n>], the process ends at the n-th passage of that name as if killed. Unarmed,
a passage costs one comparison.
"""

import os
import signal

POINTS = frozenset(
    {
        "after_commit",
        "after_publish_before_outbox_delete",
        "after_apply_before_position_commit",
        "mid_batch",
        "during_handover",
        "timers_claimed",
        "timers_told",
    }
)

_name, _, _count = os.environ.get("REDRESS_CRASH_AT", "").partition(":")
_left = int(_count) if _count else 1
if _name and _name not in POINTS:
    raise SystemExit(f"REDRESS_CRASH_AT names {_name!r}; there is {', '.join(sorted(POINTS))}")


def reached(name: str) -> None:
    """Say that execution passed `name`; kills this very process if that is where it was told to die."""
    global _left  # noqa: PLW0603 - one process has one fate
    if name != _name:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
