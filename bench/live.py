"""Event to figure: from the moment an event is due to be told until its fact, and with it every sum, is in the store.

Reporting is a process of its own, under a steady stream of events. Facts and sums are written in one transaction, so a
change of a fact is seen when reports say it. Events come when they are due, whatever became of those before.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from statistics import quantiles
from time import perf_counter
from typing import Any

from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from bench.figures import ROUNDS, Figure, Occasion
from bench.ground import Ground
from bench.kafka import Bytes, bytes_of, producer
from bench.lives import events
from shared.chassis.clock import Clock
from shared.chassis.mongo import Document, Mongo
from shared.chassis.outbox import Outbox
from shared.contracts.envelope import Envelope

A_SECOND, EVENTS = 200, 3_000
AIM_MS, WAIT_S = 1_000.0, 60.0
DATABASE = "bench_live"
_VERSION = re.compile(r'"version":(\d+)')


class Heard:
    """Up to which version each record's fact was seen, and when."""

    def __init__(self) -> None:
        self.at: dict[tuple[str, int], float] = {}
        self._upto: dict[str, int] = {}
        self._more = asyncio.Event()

    def note(self, record: str, version: int) -> None:
        """A fact stands at a version now: all events up to it are in."""
        now = perf_counter()
        for one in range(self._upto.get(record, 0) + 1, version + 1):
            self.at[record, one] = now
        self._upto[record] = max(version, self._upto.get(record, 0))
        self._more.set()

    async def all_of(self, told: Sequence[Envelope]) -> None:
        """Wait until all of these are in. Raises TimeoutError: something was lost."""
        wanted = {(one.subject, one.sequence) for one in told}
        async with asyncio.timeout(WAIT_S):
            while not wanted <= self.at.keys():
                self._more.clear()
                await self._more.wait()


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """The 50th and the 99th percentile of each round, in milliseconds."""
    await (await ground.fresh(DATABASE)).close()
    clock, spent = Clock(), list[list[float]]()
    outbox = Outbox(Mongo(ground.mongo_url, DATABASE), clock, "records")
    async with (
        producer(ground.kafka_servers) as made,
        ground.service("reporting", DATABASE),
        _watched(ground.mongo_url) as heard,
    ):
        warm = events(outbox, clock, 1_000)
        await _told(made, warm, heard)
        for _ in range(ROUNDS):
            spent.append(await _told(made, events(outbox, clock, EVENTS), heard))
    name = f"event to figure at {A_SECOND} events/s"
    return [
        occasion.alone(f"{name}: p50", "ms", [each[49] for each in spent], None),
        occasion.alone(f"{name}: p99", "ms", [each[98] for each in spent], AIM_MS),
    ]


async def _told(made: AIOKafkaProducer, some: Sequence[Envelope], heard: Heard) -> list[float]:
    """The 99 percentiles, in ms, of the time between when each was due and when it was in the store."""
    ready: list[Bytes] = bytes_of(some)
    start, due, under_way = perf_counter() + 0.1, dict[tuple[str, int], float](), []
    for number, (event, (topic, key, value, headers)) in enumerate(zip(some, ready, strict=True)):
        at = start + number / A_SECOND
        due[event.subject, event.sequence] = at
        await asyncio.sleep(max(0.0, at - perf_counter()))
        under_way.append(await made.send(topic, key=key, value=value, headers=headers))
    await asyncio.gather(*under_way)
    await heard.all_of(some)
    return quantiles([(heard.at[one] - at) * 1000 for one, at in due.items()], n=100, method="inclusive")


@asynccontextmanager
async def _watched(mongo_url: str) -> AsyncIterator[Heard]:
    """What becomes of facts, as the store tells it."""
    heard = Heard()
    async with AsyncMongoClient[Document](mongo_url) as client, await client[DATABASE]["facts"].watch() as stream:

        async def listen() -> None:
            async for change in stream:
                body = _body(change)
                found = _VERSION.search(body) if body else None
                if found:
                    heard.note(change["documentKey"]["_id"], int(found[1]))

        task = asyncio.create_task(listen())
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _body(change: Mapping[str, Any]) -> str | None:
    told = change.get("fullDocument") or change.get("updateDescription", {}).get("updatedFields", {})
    body = told.get("body")
    return body if isinstance(body, str) else None
