"""Lets what tests start end when their process ends: the run ends in order at SIGTERM, and children at the death of it.

The kernel tells the children (PR_SET_PDEATHSIG); where there is no such kernel, only SIGTERM leaves nothing.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from threading import current_thread, main_thread

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def pytest_configure() -> None:
    """SIGTERM ends the run as Ctrl-C does, so that fixtures end what they hold."""
    if current_thread() is main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def ending_with_us() -> Callable[[], None]:
    """For `preexec_fn`: the child gets SIGTERM once the thread that starts it has ended."""
    us = os.getpid()

    def tie() -> None:
        if _LIBC is None:
            return
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != us:  # it has ended in between
            os._exit(1)

    return tie
