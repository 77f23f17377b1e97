"""The folder of one run: its lock, its data, its logs and what the next start must remember."""

import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from deploy.local.faults import StackFault
from deploy.local.processes import Identity, is_running

PROJECT_ROOT = Path(__file__).resolve().parents[2]
STATE_ROOT = PROJECT_ROOT / ".bellboard"
NEEDED_BYTES = 1_000_000_000


class RunFolder:
    """One run's state on disk. Held by one process at a time, taken up by the next where the last one stopped."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.logs = self.path / "logs"
        self.left_over: str | None = None  # a sentence, when the last run ended without stopping
        self._lock_fd: int | None = None

    def data(self, name: str) -> Path:
        """The folder of one component's data; made when absent."""
        folder = self.path / "data" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def log(self, name: str) -> Path:
        """The log file of one process."""
        return self.logs / f"{name}.log"

    def take(self, needed_bytes: int = NEEDED_BYTES) -> None:
        """Lock the folder for this process. Raises StackFault: held by another run, unwritable, or too little disk."""
        try:
            # Guests' data and a given server's password lie in here: for its owner alone.
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.logs.mkdir(exist_ok=True)
            self._lock_fd = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StackFault(
                f"{self.path} cannot be written ({error.strerror}); give another with --folder."
            ) from error
        try:
            fcntl.flock(self._lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._close_lock()
            raise StackFault(self._held_sentence()) from error
        try:
            self._refuse_full_disk(needed_bytes)
            self._look_for_left_overs()
        except StackFault:
            self._close_lock()
            raise
        self.write("pid", {"pid": os.getpid()})

    def release(self) -> None:
        """Give the folder back; what was written stays for the next run."""
        for name in ("pid", "children", "restarts"):
            self._file(name).unlink(missing_ok=True)
        self._close_lock()

    def holder(self) -> int | None:
        """The process id of the run that holds this folder now; None when none does."""
        lock = self.path / "lock"
        if not lock.exists():
            return None
        descriptor = os.open(lock, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(self.read("pid").get("pid", 0)) or None
        finally:
            os.close(descriptor)
        return None

    def read(self, name: str) -> dict[str, Any]:
        """What was remembered under this name; empty when nothing was or when it cannot be read."""
        try:
            found = json.loads(self._file(name).read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, name: str, value: Mapping[str, Any]) -> None:
        """Remember a value under this name; a reader sees the old or the new one, never half of it."""
        target = self._file(name)
        fresh = target.with_suffix(".new")
        fresh.write_text(json.dumps(value, indent=1))
        fresh.replace(target)

    def wipe(self) -> None:
        """Delete the whole folder. Raises StackFault while a run holds it, or when it is no run's folder."""
        if self.holder() is not None:
            raise StackFault(self._held_sentence())
        if self.path.exists() and not (self.path / "lock").exists():
            raise StackFault(f"{self.path} is no folder of a run; look what it is with `ls {self.path}`.")
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.release()

    def _file(self, name: str) -> Path:
        return self.path / f"{name}.json"

    def _close_lock(self) -> None:
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None

    def _held_sentence(self) -> str:
        pid = self.read("pid").get("pid", "unknown")
        return (
            f"A stack already runs in {self.path} (process {pid}); stop it with "
            f"`bellboard stack down --folder {self.path}`, or run a second one beside it with --folder."
        )

    def _refuse_full_disk(self, needed_bytes: int) -> None:
        free = shutil.disk_usage(self.path).free
        if free < needed_bytes:
            raise StackFault(
                f"Only {free / 1e9:.1f} GB are free where {self.path} lies and {needed_bytes / 1e9:.1f} GB are needed; "
                f"free some with `make demo-reset`, or give a folder on another disk with --folder."
            )

    def _look_for_left_overs(self) -> None:
        children = self.read("children")
        alive = {name: seen["pid"] for name, seen in children.items() if is_running(Identity(**seen))}
        if alive:
            names, pids = ", ".join(alive), " ".join(str(pid) for pid in alive.values())
            raise StackFault(f"An earlier run left {names} running in {self.path}; end them with `kill {pids}`.")
        if self._file("pid").exists():
            last = self.read("pid").get("pid", "unknown")
            self.left_over = f"The last run (process {last}) ended without stopping; its data are taken up again."
