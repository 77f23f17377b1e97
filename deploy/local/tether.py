"""Becomes another program after telling the kernel to kill it when its parent dies: `tether.py <parent pid> <argv…>`.

Runs as a script of its own, not as a function between fork and exec, because the parent has threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent's life and become the program asked for."""
    parent, argv = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was told
        sys.exit(1)
    os.execvp(argv[0], argv)  # noqa: S606 -- a shell is what we do not want


if __name__ == "__main__":
    main()
