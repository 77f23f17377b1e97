"""Waits until supervised processes are of use, or says why one never will be."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import httpx

from deploy.local.faults import StackFault
from deploy.local.supervisor import Child

_GIVE_UP_AFTER_DEATHS = 3


async def wait_until_ready(child: Child, url: str, within: float) -> None:
    """Ask `url` until it answers 200. Raises StackFault after `within` seconds or three deaths of the process."""
    deadline, before = time.monotonic() + within, child.restarts
    async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
        while not await _answers(client, url):
            _refuse_dying(child, before)
            if time.monotonic() > deadline:
                raise StackFault(
                    f"{child.program.name} runs but was not ready within {within:.0f} s; "
                    f"see why with `curl {url}` and `tail -n 50 {child.program.log}`."
                )
            await asyncio.sleep(0.1)


async def unless_dying(child: Child, ready: Coroutine[Any, Any, object]) -> None:
    """Await `ready`, but no longer than the process keeps living. Raises StackFault when it died three times."""
    waiting, before = asyncio.ensure_future(ready), child.restarts
    try:
        while not waiting.done():
            _refuse_dying(child, before)
            await asyncio.wait({waiting}, timeout=0.1)
        await waiting
    finally:
        waiting.cancel()


async def together(*works: Coroutine[Any, Any, object]) -> None:
    """Await all at once; when one fails or we are cancelled the others are ended before the fault goes on."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _refuse_dying(child: Child, before: int) -> None:
    if child.restarts - before >= _GIVE_UP_AFTER_DEATHS:
        raise StackFault(
            f"{child.program.name} does not stay up (exit code {child.last_exit}); "
            f"read why with `tail -n 50 {child.program.log}`."
        )
