"""The whole embedded stack: seconds until every service is ready, and the memory each process then has."""

import asyncio
from statistics import median
from time import perf_counter

from bench.figures import FEW, Figure, Occasion
from bench.ground import FOLDER
from bench.machine import resident_mb
from deploy.local.runfolder import RunFolder
from deploy.local.services import SERVICES
from deploy.local.stack import Stack

AIM_S = 20.0
AIM_MB = 3 * 1024.0
_FOLDER = FOLDER.with_name("bench-whole")


async def measure(occasion: Occasion) -> list[Figure]:
    """Start it on an empty folder, several times; the jars are fetched before."""
    rounds = [await _once() for _ in range(FEW)]
    names = list(rounds[0][1])
    by_name = {name: [memory[name] for _, memory in rounds] for name in names}
    whole = [sum(memory.values()) for _, memory in rounds]
    return [
        occasion.alone("start-up: the whole stack ready", "s", [seconds for seconds, _ in rounds], AIM_S),
        occasion.alone("memory: the whole stack, idle", "MB", whole, AIM_MB),
        *(
            occasion.alone(f"memory: {name}, idle", "MB", by_name[name], None)
            for name in sorted(names, key=lambda name: -median(by_name[name]))
        ),
    ]


async def _once() -> tuple[float, dict[str, float]]:
    RunFolder(_FOLDER).wipe()
    start = perf_counter()
    async with Stack(folder=_FOLDER, at_once=SERVICES) as stack:
        seconds = perf_counter() - start
        await asyncio.sleep(3)  # groups have formed, first polls are done
        memory = {one.name: resident_mb(one.pid) for one in stack.status() if one.pid is not None}
    RunFolder(_FOLDER).wipe()
    return seconds, memory
