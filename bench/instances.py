"""The same commands over one instance of records and over two on one store: what another one adds on this machine."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from itertools import islice
from time import perf_counter

from bench.figures import FEW, Figure, Occasion, Round, alternate
from bench.ground import Ground
from bench.house import accepting, prepared, store
from bench.http import rate
from shared.chassis.mongo import Mongo
from shared.chassis.outbox import UNSENT
from tests.factories.access import bearer
from tests.factories.chassis import until
from tests.factories.front_desk import person

COMMANDS, WARM_UP = 800, 50
DATABASE = "bench_instances"


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """Accept commands a second through two instances; the floor is the same through one of them, the other idle."""
    house = await prepared(ground, "records", DATABASE)
    try:
        ids = iter(await store((COMMANDS + WARM_UP) * (FEW + 1) * 2, house))
        async with AsyncExitStack() as undo:
            urls = [await undo.enter_async_context(ground.service("records", DATABASE)) for _ in range(2)]
            rounds = [_commanding(some, ids, house.mongo) for some in (urls, urls[:1])]
            found = await alternate(rounds[0], rounds[1], FEW)
    finally:
        await house.mongo.close()
    return [occasion.beside("commands over HTTP through two instances, beside one", "commands/s", *found, None)]


def _commanding(urls: Sequence[str], ids: Iterator[str], mongo: Mongo) -> Round:
    """A round of commands, shared out evenly, once the relay has nothing left of the round before."""
    signed = bearer(person("ana"), "records")

    async def sent() -> bool:
        return await mongo.collection("events").count(UNSENT, limit=1) == 0

    async def once() -> float:
        for url in urls:
            await rate(url, accepting(list(islice(ids, WARM_UP // len(urls))), signed))
        each = COMMANDS // len(urls)
        requests = [accepting(list(islice(ids, each)), signed) for _ in urls]
        start = perf_counter()
        await asyncio.gather(*(rate(url, some) for url, some in zip(urls, requests, strict=True)))
        found = each * len(urls) / (perf_counter() - start)
        await until(sent, "the relay has sent the events")
        return found

    return once
