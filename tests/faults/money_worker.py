"""Processes that carry out postings and payments until they are killed: one is ready and forks more, one a line."""

import asyncio
import datetime as dt
import os
import signal
import sys

from services.integrations.app import parts
from services.integrations.settings import Settings
from services.integrations.usecases import commanding, paying

STALE = dt.timedelta(seconds=0.5)
"""Shorter waits than in a hotel."""


async def work() -> None:
    """Round and round."""
    commanding.STALE = paying.STALE = STALE
    commanding.READ_BACK = STALE / 5
    have = parts(Settings())
    await have.chassis.policy.refresh()
    carry_out = paying.CarryOut(have.money.payments, have.money.providers, have.chassis.clock)
    while True:
        await asyncio.gather(have.post_charges(), carry_out())
        await asyncio.sleep(0.05)


def fork() -> int:
    """A worker of its own; its process id."""
    child = os.fork()
    if child == 0:
        asyncio.run(work())
        os._exit(0)
    return child


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who is dead leaves nothing behind
    for _ in sys.stdin:
        sys.stdout.write(f"{fork()}\n")
        sys.stdout.flush()
