"""Work that goes on by itself survives what breaks within it, a stray cancellation too, and ends when it is told to."""

import asyncio
from typing import cast

import pytest

from shared.chassis import jobs
from shared.chassis.jobs import Job, keep_running, run_job
from shared.chassis.leases import Lease


class Work:
    """Fails in this way the first times, then says that it ran."""

    def __init__(self, *failures: BaseException) -> None:
        self.failures, self.ran = list(failures), asyncio.Event()

    async def __call__(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.ran.set()
        await asyncio.Event().wait()


class Held:
    """A lease that nobody else wants."""

    async def hold(self, work: Work) -> None:
        await work()


@pytest.mark.parametrize("failure", [ValueError("a mistake"), asyncio.CancelledError()])
@pytest.mark.parametrize("kind", ["loop", "job"])
async def test_work_goes_on_after_what_breaks_within_it_and_ends_when_it_is_cancelled(
    kind: str, failure: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_AGAIN_S", 0)
    work = Work(failure, failure)
    begun = {
        "loop": lambda: keep_running("looking", work),
        "job": lambda: run_job(Job("looking", 0, work), cast("Lease", Held())),
    }
    task = asyncio.create_task(begun[kind]())
    await asyncio.wait_for(work.ran.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.failures == []
