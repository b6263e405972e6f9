"""Becomes the given program, as the given user, and ends when the process that asked for it ends.

Run as a script by `embedded_process`: `embedded_launch.py PARENT UID GID SIGNAL PROGRAM ARGUMENT...`. It is a
program of its own because the kernel forgets the wish for a signal when the user changes, and because a
`preexec_fn` can deadlock among threads.
"""

import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Give up root (unless UID is -1), ask the kernel for SIGNAL when PARENT ends, and run PROGRAM."""
    parent, uid, gid, parent_death_signal = (int(argument) for argument in sys.argv[1:5])
    if sys.platform == "linux":
        import ctypes  # while still root: the other user may not reach this Python's library
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, parent_death_signal, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the process that wanted this server is gone")
    os.umask(0o077)
    os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
