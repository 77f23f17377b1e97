"""Servers' data in memory where there is plenty: each acknowledged write waits for the disk, and tests make many."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_MEMORY = Path("/dev/shm")
_NEEDED_BYTES = 8_000_000_000


@contextlib.contextmanager
def quick_disk(run_folder: Path) -> Iterator[Path]:
    """A stack's folder whose `data` lies in memory while the block runs; its logs stay where they are.

    A killed process loses nothing by it: what it wrote is the system's. Only a crash of the machine would tell.
    """
    if not _plenty():
        yield run_folder
        return
    with tempfile.TemporaryDirectory(prefix="bellboard-", dir=_MEMORY, ignore_cleanup_errors=True) as held:
        run_folder.mkdir(parents=True, exist_ok=True)
        data = run_folder / "data"
        data.symlink_to(held, target_is_directory=True)
        try:
            yield run_folder
        finally:
            data.unlink()


def _plenty() -> bool:
    if not _MEMORY.is_dir():
        return False
    told = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    free = next(int(words[1]) * 1024 for words in told if words[0] == "MemAvailable:")
    return min(free, shutil.disk_usage(_MEMORY).free) > _NEEDED_BYTES
