"""A root that cannot be written, for a process that has this folder on its path: all writing is refused but where
`WRITABLE` says, and noted in `REFUSED`.
"""

import errno
import os
import sys
from pathlib import Path

WRITABLE = tuple(os.path.realpath(one) + os.sep for one in os.environ["WRITABLE"].split(os.pathsep))
REFUSED = Path(os.environ["REFUSED"])
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.mkdir", "os.rmdir", "os.remove", "os.rename", "os.symlink", "os.link", "os.truncate", "os.chmod"}


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook (PEP 578): what the kernel says of a mount that is read-only."""
    if event == "open":
        path, _, flags = arguments
        if not isinstance(flags, int) or not flags & WRITING:
            return
    elif event in CHANGES:
        path = arguments[1] if event == "os.rename" else arguments[0]
    else:
        return
    if not isinstance(path, str | bytes):
        return
    where = os.path.realpath(os.fsdecode(path))
    if where.startswith(("/dev/", *WRITABLE)):
        return
    with REFUSED.open("a", encoding="utf-8") as noted:
        noted.write(f"{event} {where}\n")
    raise OSError(errno.EROFS, os.strerror(errno.EROFS), where)


sys.addaudithook(refuse)
