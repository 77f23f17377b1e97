"""Names a process so surely that a reused process id is never taken for it."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Identity:
    """A process: its id, the tick it was started at since boot, and the boot."""

    pid: int
    started: int
    boot: str


def identify(pid: int) -> Identity | None:
    """The identity of a process that runs now; None when there is none or only its corpse."""
    try:
        # The second field, the command, is in brackets and may hold spaces and brackets itself: split after the last.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] in {"Z", "X"}:
        return None
    return Identity(pid=pid, started=int(fields[19]), boot=_boot())


def is_running(identity: Identity) -> bool:
    """True while this very process runs, not another one with its id."""
    return identify(identity.pid) == identity


def signal_group(pid: int, sign: signal.Signals) -> None:
    """Signal the process group led by a child; a group that is gone already is fine."""
    try:
        os.killpg(pid, sign)
    except ProcessLookupError:
        return


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
