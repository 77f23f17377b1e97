"""Ends a long command in good order when it is asked to stop."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_until_stopped(work: Coroutine[Any, Any, None]) -> bool:
    """Run `work`; the first Ctrl-C, SIGTERM or hang-up cancels it, so that what it holds is stopped in order.

    Returns True when the work ended by itself. A second signal ends this process at once (its children with it).
    """
    return asyncio.run(_run(work))


async def _run(work: Coroutine[Any, Any, None]) -> bool:
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        for sign in _SIGNALS:
            loop.remove_signal_handler(sign)
        task.cancel()

    for sign in _SIGNALS:
        loop.add_signal_handler(sign, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not stopped:
            raise
    return not stopped
