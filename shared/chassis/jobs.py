"""Work that goes on by itself: periodic jobs under a lease, and loops that are started again when they fail."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.chassis.leases import Lease, ended
from shared.chassis.mongo import DatabaseError

log = logging.getLogger(__name__)
_AGAIN_S = 2.0


@dataclass(frozen=True)
class Job:
    """Run `work` every `every_s` real seconds, on one replica at a time."""

    name: str
    every_s: float
    work: Callable[[], Awaitable[object]]


async def run_job(job: Job, lease: Lease) -> None:
    """For ever, while this replica holds the job's lease. A run that fails is logged; the next one comes in time."""

    async def loop() -> None:
        while True:
            try:
                await job.work()
            except DatabaseError as failure:
                log.warning("job %s: the store does not answer (%s)", job.name, type(failure).__name__)
            except asyncio.CancelledError:
                if _ends():
                    raise
                log.exception("job %s was broken off from within", job.name)
            except Exception:
                log.exception("job %s failed", job.name)
            await asyncio.sleep(job.every_s)

    await lease.hold(loop)


async def keep_running(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """For ever: run a loop, and start it again when it fails."""
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            if _ends():
                raise
            log.exception("%s was broken off from within and is started again", name)
        except Exception:
            log.exception("%s stopped and is started again", name)
        await asyncio.sleep(_AGAIN_S)


def _ends() -> bool:
    """Whether somebody cancels this task; a library's own cancellation that got loose must not end work for good."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


async def cancel(tasks: list["asyncio.Task[None]"]) -> None:
    """Stop loops and wait for them to end."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        await ended(task)
