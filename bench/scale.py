"""The same commands and the same relay in a small house and in one with a hundred times as much behind it."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import islice
from time import perf_counter

from bench.figures import FEW, Figure, Occasion, Round, alternate
from bench.filling import fill
from bench.ground import Ground
from bench.house import accepting, prepared, store
from bench.http import rate
from bench.lives import events
from shared.chassis.outbox import PENDING, UNSENT, row_of
from shared.chassis.service import Chassis
from tests.factories.access import bearer
from tests.factories.chassis import until
from tests.factories.front_desk import person

SMALL, LARGE = 10_000, 1_000_000
COMMANDS, EVENTS = 800, 5_000
WARM_UP = 50
AIM = 0.9
_DATABASES = {"bench_small": SMALL, "bench_large": LARGE}


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """Commands and relayed events a second among a million records; the floor is the same among ten thousand."""
    async with AsyncExitStack() as undo:
        houses = []
        for database, count in _DATABASES.items():
            houses.append(await prepared(ground, "records", database))
            undo.push_async_callback(houses[-1].mongo.close)
            undo.push_async_callback(houses[-1].producer.stop)
            await fill(ground, houses[-1], database, count)
        small, large = houses
        relayed = await alternate(await _relaying(large), await _relaying(small), FEW)
        ids = await store((COMMANDS + WARM_UP) * (FEW + 1), small, large)
        urls = [await undo.enter_async_context(ground.service("records", database)) for database in _DATABASES]
        rounds = [_commanding(url, ids, house) for url, house in zip(urls, houses, strict=True)]
        done = await alternate(rounds[1], rounds[0], FEW)
    told = f"with {LARGE:,} records, beside the same with {SMALL:,}"
    return [
        occasion.beside(f"commands over HTTP {told}", "commands/s", *done, AIM),
        occasion.beside(f"relay {told}", "events/s", *relayed, AIM),
    ]


def _commanding(url: str, ids: Sequence[str], house: Chassis) -> Round:
    """A round of commands on records of their own, once the relay has nothing left of the round before."""
    waiting = iter(accepting(ids, bearer(person("ana"), "records")))

    async def sent() -> bool:
        return await house.mongo.collection("events").count(UNSENT, limit=1) == 0

    async def once() -> float:
        await rate(url, list(islice(waiting, WARM_UP)))
        found = await rate(url, list(islice(waiting, COMMANDS)))
        await until(sent, "the relay has sent the events")
        return found

    return once


async def _relaying(house: Chassis) -> Round:
    """A round of the relay over the same pending rows."""
    rows = house.mongo.collection("events")
    told = [row_of(event) for event in events(house.outbox, house.clock, EVENTS)]
    await rows.insert_many(told)
    mine = {"_id": {"$in": [row["_id"] for row in told]}}

    async def once() -> float:
        await rows.update_many(mine, {"$set": {"st": PENDING}})
        assert await house.relay.lease.take()
        start, done = perf_counter(), 0
        while some := await house.relay.once():
            done += some
        assert done == EVENTS
        return done / (perf_counter() - start)

    return once
