"""Starts named child processes, starts again those that die, and stops all of them and nothing else."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from deploy.local.faults import StackFault
from deploy.local.processes import Identity, identify, signal_group

_TETHER = Path(__file__).with_name("tether.py")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_STEADY_AFTER = 30.0  # seconds alive after which an earlier death is forgiven


@dataclass(frozen=True)
class Program:
    """What to run: argv, the whole environment, where it writes, and how long it may take to stop (seconds)."""

    name: str
    argv: tuple[str, ...]
    log: Path
    environment: Mapping[str, str]
    grace: float = 50.0


@dataclass
class Child:
    """A supervised program as it stands now."""

    program: Program
    process: asyncio.subprocess.Process | None = None
    identity: Identity | None = None
    restarts: int = 0
    last_exit: int | None = None
    started_at: float = 0.0  # monotonic seconds
    watcher: asyncio.Task[None] | None = field(default=None, repr=False)
    spawning: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def running(self) -> bool:
        """True while its process runs."""
        return self.process is not None and self.process.returncode is None


class Supervisor:
    """Holds the children of one run; `changed` is called with those alive whenever one starts or ends."""

    def __init__(self, changed: Callable[[Mapping[str, Child]], None]) -> None:
        self._changed = changed
        self._children: dict[str, Child] = {}
        self._stopping: set[str] = set()

    @property
    def children(self) -> Mapping[str, Child]:
        """Every child by name."""
        return self._children

    async def start(self, program: Program) -> Child:
        """Start a program and keep it running. Raises StackFault when it cannot be started at all."""
        if program.name in self._children:
            raise StackFault(f"{program.name} was started already in this run.")
        self._stopping.discard(program.name)
        child = Child(program)
        await self._spawn(child)
        self._children[program.name] = child
        self._tell()
        child.watcher = asyncio.create_task(self._watch(child), name=f"watch-{program.name}")
        return child

    def kill(self, name: str, sign: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a child's whole group, as a fault would; returns the process id that was hit."""
        child = self._children[name]
        if child.process is None or not child.running:
            raise StackFault(f"{name} does not run at this moment.")
        signal_group(child.process.pid, sign)
        return child.process.pid

    async def stop(self, names: Iterable[str]) -> None:
        """Stop these children together: SIGTERM, then SIGKILL for those that outlive their grace."""
        chosen = [self._children[name] for name in names if name in self._children]
        self._stopping.update(child.program.name for child in chosen)
        await asyncio.gather(*(self._stop(child) for child in chosen))
        self._tell()

    async def _stop(self, child: Child) -> None:
        async with child.spawning:  # a restart under way ends first; no other begins, its name is in `_stopping`
            process = child.process
        if process is not None and process.returncode is None:
            signal_group(process.pid, signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), child.program.grace)
            except TimeoutError:
                signal_group(process.pid, signal.SIGKILL)
                await process.wait()
        if process is not None:
            signal_group(process.pid, signal.SIGKILL)  # whatever it started itself and left behind
        if child.watcher is not None:
            child.watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await child.watcher
        child.last_exit = process.returncode if process is not None else None
        self._children.pop(child.program.name, None)

    async def _watch(self, child: Child) -> None:
        pause = _FIRST_PAUSE
        while child.process is not None:
            child.last_exit = await child.process.wait()
            if child.program.name in self._stopping:
                return
            signal_group(child.process.pid, signal.SIGKILL)
            if time.monotonic() - child.started_at > _STEADY_AFTER:
                pause = _FIRST_PAUSE
            _note(child, f"ended with exit code {child.last_exit}; started again in {pause:.1f} s")
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)
            await self._restart(child)

    async def _restart(self, child: Child) -> None:
        async with child.spawning:
            if child.program.name in self._stopping:
                return
            child.restarts += 1
            try:
                await self._spawn(child)
            except (OSError, StackFault) as error:  # no memory, no disk: the next round tries again
                _note(child, f"could not be started: {error}")
            self._tell()

    async def _spawn(self, child: Child) -> None:
        program = child.program
        with _opened(program.log) as log:
            child.process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), *program.argv,
                env=dict(program.environment), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                process_group=0,  # its own: the terminal's Ctrl-C reaches us alone, and we stop it in order
            )  # fmt: skip
        child.started_at = time.monotonic()
        child.identity = identify(child.process.pid)

    def _tell(self) -> None:
        self._changed({name: child for name, child in self._children.items() if child.running})


def _opened(log: Path) -> IO[bytes]:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return log.open("ab")
    except OSError as error:
        raise StackFault(f"{log} cannot be written ({error.strerror}); give another folder with --folder.") from error


def _note(child: Child, what: str) -> None:
    with contextlib.suppress(StackFault, OSError), _opened(child.program.log) as log:
        log.write(f"-- supervisor: {child.program.name} {what}\n".encode())
