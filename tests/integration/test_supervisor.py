"""The supervisor with real child processes: it restarts, stops in order, and touches nothing else."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from deploy.local.faults import StackFault
from deploy.local.processes import identify
from deploy.local.readiness import unless_dying
from deploy.local.supervisor import Program, Supervisor

pytestmark = pytest.mark.integration


def _program(tmp_path: Path, code: str, grace: float = 10.0) -> Program:
    return Program("child", (sys.executable, "-c", code), tmp_path / "child.log", os.environ, grace)


async def _until_logged(tmp_path: Path, text: str, times: int = 1) -> None:
    # A line is there with its end: an unbuffered child writes the two one after the other.
    async with asyncio.timeout(20):
        while (tmp_path / "child.log").read_text().count(text) < times:
            await asyncio.sleep(0.02)


_SLEEP = "import time; print('up', flush=True); time.sleep(600)"


async def test_supervisor_starts_a_child_again_when_it_is_killed(tmp_path: Path) -> None:
    supervisor = Supervisor(changed=lambda _: None)
    child = await supervisor.start(_program(tmp_path, _SLEEP))
    await _until_logged(tmp_path, "up\n")
    first = supervisor.kill("child")
    await _until_logged(tmp_path, "up\n", times=2)
    assert child.restarts == 1
    assert child.last_exit == -signal.SIGKILL
    assert child.process is not None
    assert child.process.pid != first
    await supervisor.stop(["child"])
    assert identify(child.process.pid) is None


async def test_supervisor_stops_a_child_with_its_own_children_when_it_ignores_sigterm(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('grandchild', subprocess.Popen(['sleep', '600']).pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    supervisor = Supervisor(changed=lambda _: None)
    child = await supervisor.start(_program(tmp_path, code, grace=0.2))
    await _until_logged(tmp_path, "\n")
    grandchild = int((tmp_path / "child.log").read_text().split()[1])
    await supervisor.stop(["child"])
    assert child.last_exit == -signal.SIGKILL
    async with asyncio.timeout(5):
        while identify(grandchild) is not None:
            await asyncio.sleep(0.02)


async def test_supervisor_gives_a_child_time_to_stop_in_order(tmp_path: Path) -> None:
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.3), print('in order', flush=True), sys.exit(0)))\n"
        "print('up', flush=True)\n"
        "time.sleep(600)\n"
    )
    supervisor = Supervisor(changed=lambda _: None)
    child = await supervisor.start(_program(tmp_path, code))
    await _until_logged(tmp_path, "up\n")
    await supervisor.stop(["child"])
    assert (tmp_path / "child.log").read_text() == "up\nin order\n"
    assert child.restarts == 0


async def test_supervisor_gives_up_waiting_when_a_child_does_not_stay_up(tmp_path: Path) -> None:
    supervisor = Supervisor(changed=lambda _: None)
    child = await supervisor.start(_program(tmp_path, "raise SystemExit(7)"))
    with pytest.raises(StackFault, match=r"child does not stay up \(exit code 7\); read why with `tail"):
        await unless_dying(child, asyncio.sleep(600))
    await supervisor.stop(["child"])
    assert supervisor.children == {}


async def test_supervisor_stops_only_what_it_started(tmp_path: Path) -> None:
    other = await asyncio.create_subprocess_exec("sleep", "600")
    supervisor = Supervisor(changed=lambda _: None)
    await supervisor.start(_program(tmp_path, _SLEEP))
    await supervisor.stop(["child"])
    assert other.returncode is None
    other.kill()
    await other.wait()
