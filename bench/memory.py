"""The most memory that each process of the whole house holds while commands come as fast as they are taken."""

import asyncio
from contextlib import AsyncExitStack, suppress

from bench.figures import Figure, Occasion
from bench.ground import RECORDS_DATABASE, Ground
from bench.house import accepting, prepared, store
from bench.http import rate
from bench.machine import resident_mb
from bench.startup import AIM_MB
from deploy.local.services import SERVICES
from tests.factories.access import bearer
from tests.factories.front_desk import person

COMMANDS = 3_000
LOOK_S = 0.2


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """All services on the topics of one house; commands to records, their events to everybody."""
    async with AsyncExitStack() as undo:
        databases = {name: f"bench_all_{name}" for name in SERVICES} | {"records": RECORDS_DATABASE}
        houses = {name: await prepared(ground, name, database) for name, database in databases.items()}
        ids = await store(COMMANDS, houses["records"])
        for house in houses.values():
            await house.mongo.close()
        urls = {name: await undo.enter_async_context(ground.service(name, databases[name])) for name in SERVICES}
        most: dict[str, float] = {}
        looking = asyncio.create_task(_look(ground, most))
        await rate(urls["records"], accepting(ids, bearer(person("ana"), "records")))
        await asyncio.sleep(2)  # the consumers' last batches
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
    whole = occasion.alone("memory: the whole stack, at full load", "MB", [sum(most.values())], AIM_MB)
    by_size = sorted(most, key=lambda name: -most[name])
    return [whole, *(occasion.alone(f"memory: {name}, at full load", "MB", [most[name]], None) for name in by_size)]


async def _look(ground: Ground, most: dict[str, float]) -> None:
    while True:
        for name, pid in ground.pids.items():
            most[name] = max(most.get(name, 0.0), resident_mb(pid))
        await asyncio.sleep(LOOK_S)
