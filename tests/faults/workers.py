"""Processes of a service that a test kills and freezes: one is ready and forks more, and how one waits for them."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from shared.chassis import faultpoints
from shared.chassis.mongo import Tx
from shared.chassis.service import Chassis
from tests.factories.access import hotel, knowledge


async def hotels_known(chassis: Chassis) -> None:
    """Both hotels stand in the store as auth told of them: who starts later reads there that they are live."""

    async def learn(tx: Tx) -> None:
        await chassis.policy.apply(tx, knowledge([], [], hotel(), hotel("resort")))

    await chassis.policy.prepare()
    await chassis.mongo.run(learn)


@dataclass
class Workers:
    """The workers of one house. `points`: the folder that their fault points are armed in."""

    points: Path
    ready: subprocess.Popen[str]
    pids: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, command: list[str], environment: dict[str, str], points: Path) -> Self:
        """Have one process ready."""
        points.mkdir()
        told = environment | {faultpoints.VARIABLE: str(points)}
        piped: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        return cls(points, subprocess.Popen(command, env=told, **piped))

    def start(self, what: str = "another") -> int:
        """One more worker; its process id."""
        assert self.ready.stdin
        assert self.ready.stdout
        self.ready.stdin.write(f"{what}\n")
        self.ready.stdin.flush()
        self.pids.append(int(self.ready.stdout.readline()))
        return self.pids[-1]

    def gone(self, worker: int) -> bool:
        """Whether a worker is dead."""
        return not Path(f"/proc/{worker}").exists()

    async def end(self, *workers: int) -> None:
        """Kill workers and wait until they are dead."""
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        await until(lambda: all(self.gone(one) for one in workers), "workers end")

    def arm(self, point: str, act: str) -> Path:
        """Who passes a point next meets its fate; the file that says that it has."""
        assert point in faultpoints.POINTS
        met = self.points / f"{point}.met"
        met.unlink(missing_ok=True)
        (self.points / point).write_text(act)
        return met

    def close(self) -> None:
        """End every worker that is left."""
        for worker in self.pids:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        self.ready.kill()
        self.ready.wait()


async def until(true: Callable[[], Any], what: str, seconds: float = 60) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds) as limit:
        while True:
            found = true()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.05)
            assert not limit.expired(), what
