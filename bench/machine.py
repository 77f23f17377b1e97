"""What the figures were measured on."""

import datetime as dt
import os
from pathlib import Path

from bench.figures import Occasion

_PAGE = os.sysconf("SC_PAGE_SIZE")


def occasion() -> Occasion:
    """Now and here."""
    gib = os.sysconf("SC_PHYS_PAGES") * _PAGE / 1024**3
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return Occasion(today, f"{os.cpu_count()} cores, {gib:.0f} GB", round(os.getloadavg()[0], 2))


def resident_mb(pid: int) -> float:
    """The resident memory of a process, in MB of 2^20 bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1024**2
