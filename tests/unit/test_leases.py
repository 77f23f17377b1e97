"""Ending a task holds even when a cancellation is swallowed on its way."""

import asyncio

from shared.chassis.leases import ended


async def test_task_is_ended_when_its_first_cancellation_is_swallowed() -> None:
    swallowed = []

    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            swallowed.append(True)
        await asyncio.sleep(60)

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await asyncio.wait_for(ended(task), 10)
    assert (swallowed, task.cancelled()) == ([True], True)
