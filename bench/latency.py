"""Accept to board: from the moment a command is due to be sent until an open page has heard of it.

Records and the console are processes of their own; the page is the console's event stream of a signed-in person. Beside
it the same bytes go through Kafka alone. Commands come when they are due, answered or not: a slow answer delays none.
"""

import asyncio
import contextlib
import datetime as dt
import gc
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from statistics import quantiles
from time import perf_counter

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.figures import ROUNDS, Figure, Occasion
from bench.ground import NAMESPACE, RECORDS_DATABASE, Ground
from bench.house import accepting, prepared, store
from bench.http import Connections, lines
from bench.kafka import Bytes, bytes_of
from services.console.api.gate import COOKIE
from services.console.domain.session import Session, Tokens
from services.console.store import SessionStore
from shared.chassis.clock import Clock
from shared.chassis.mongo import Mongo
from shared.chassis.outbox import envelope_of
from shared.contracts import topics
from shared.contracts.values import Scope
from tests.factories.access import bearer, token
from tests.factories.front_desk import person
from tests.factories.records import CHAIN

A_SECOND = 50
COMMANDS = 300
WAIT_S = 20.0
AIM_RATIO, AIM_MS = 10.0, 500.0
CONSOLE_DATABASE = "bench_console"
TOPIC = NAMESPACE + topics.REPORTS
"""One that nobody listens to here."""
Send = Callable[[str], Awaitable[None]]


class Heard:
    """When each thing was heard of, in seconds of the performance counter."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self._more = asyncio.Event()

    def note(self, name: str) -> None:
        """It was heard of now; the first time counts."""
        self.at.setdefault(name, perf_counter())
        self._more.set()

    async def all_of(self, names: Sequence[str]) -> None:
        """Wait until all have been heard of. Raises TimeoutError: something was lost."""
        async with asyncio.timeout(WAIT_S):
            while not self.at.keys() >= set(names):
                self._more.clear()
                await self._more.wait()


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """The 50th and the 99th percentile of each round, in milliseconds."""
    house = await prepared(ground, "records", RECORDS_DATABASE)
    desk = await prepared(ground, "console", CONSOLE_DATABASE)
    ids = await store(COMMANDS * (ROUNDS + 1), house)
    cookie = await signed_in(desk.mongo, desk.clock)
    ours: list[list[float]] = []
    bare: list[list[float]] = []
    requests = dict(zip(ids, accepting(ids, bearer(person("ana"), "records")), strict=True))
    try:
        async with (
            ground.service("records", RECORDS_DATABASE) as url,
            ground.service("console", CONSOLE_DATABASE) as console,
            _page(console, cookie) as heard,
            _bare_clients(ground.kafka_servers) as (producer, echoed),
        ):
            for number in range(ROUNDS + 1):
                gc.collect()
                some = ids[number * COMMANDS : (number + 1) * COMMANDS]
                ours.append(await _commands(url, {name: requests[name] for name in some}, heard))
                bare.append(await _round_trips(producer, await _bytes(house.mongo, some), echoed))
    finally:
        await house.mongo.close()
        await desk.mongo.close()
    # The first round warms up. Of 99 percentiles the 50th lies at 49, the 99th at 98.
    ours_50, ours_99, bare_50, bare_99 = ([each[at] for each in side[1:]] for side in (ours, bare) for at in (49, 98))
    name = f"accept to board at {A_SECOND}/s"
    return [
        occasion.beside(f"{name}: p50", "ms", ours_50, bare_50, None, "lower"),
        occasion.beside(f"{name}: p99", "ms", ours_99, bare_99, AIM_RATIO, "lower"),
        occasion.alone(f"{name}: p99, as such", "ms", ours_99, AIM_MS),
    ]


async def _commands(url: str, requests: dict[str, bytes], heard: Heard) -> list[float]:
    connections = Connections(url)
    try:
        return await _open_loop(list(requests), heard, lambda name: connections.send(requests[name]))
    finally:
        connections.close()


async def _round_trips(made: AIOKafkaProducer, records: dict[str, Bytes], echoed: Heard) -> list[float]:
    async def send(name: str) -> None:
        _, key, value, headers = records[name]
        await made.send_and_wait(TOPIC, key=key, value=value, headers=headers)

    return await _open_loop(list(records), echoed, send)


async def _open_loop(names: Sequence[str], heard: Heard, send: Send) -> list[float]:
    """The 99 percentiles, in ms, of the time between when each was due and when it was heard of."""
    start = perf_counter() + 0.1
    due = {name: start + number / A_SECOND for number, name in enumerate(names)}
    under_way = []
    for name, at in due.items():
        await asyncio.sleep(max(0.0, at - perf_counter()))
        under_way.append(asyncio.ensure_future(send(name)))
    await asyncio.gather(*under_way)
    await heard.all_of(names)
    return quantiles([(heard.at[name] - at) * 1000 for name, at in due.items()], n=100, method="inclusive")


async def _bytes(mongo: Mongo, ids: Sequence[str]) -> dict[str, Bytes]:
    """What was told of these records, as it went to Kafka."""
    rows = await mongo.collection("events").find({"agg": {"$in": list(ids)}})
    return {row["agg"]: bytes_of([envelope_of(row)])[0] for row in rows}


async def signed_in(mongo: Mongo, clock: Clock, who: str = "ana") -> str:
    """The cookie of a browser on which somebody has signed in, Ana if nobody else is named."""
    cookie = f"{CHAIN}.{secrets.token_urlsafe(32)}"
    now = clock.real_now()
    tokens = Tokens(token(person(who), "console", "records", "integrations"), "none", now + dt.timedelta(hours=1))
    await SessionStore(mongo).save(Scope(chain=CHAIN), Session(cookie, tokens, now))
    return cookie


@asynccontextmanager
async def _page(console: str, cookie: str) -> AsyncIterator[Heard]:
    """An open page, and what it has heard."""
    heard, listening = Heard(), asyncio.Event()

    async def listen() -> None:
        async for line in lines(console, "/live", {"Cookie": f"{COOKIE}={cookie}"}):
            listening.set()
            if line.startswith("data: ["):
                for bell in json.loads(line.removeprefix("data: ")):
                    heard.note(bell["id"])

    async with _beside(listen()):
        await listening.wait()
        await asyncio.sleep(1)  # the tail has found the end of its topics
        yield heard


@asynccontextmanager
async def _bare_clients(servers: str) -> AsyncIterator[tuple[AIOKafkaProducer, Heard]]:
    made = AIOKafkaProducer(bootstrap_servers=servers, acks="all", linger_ms=0)
    taker = AIOKafkaConsumer(TOPIC, bootstrap_servers=servers, auto_offset_reset="latest")
    echoed = Heard()

    async def listen() -> None:
        async for record in taker:
            echoed.note((record.key or b"").decode())

    await made.start()
    await taker.start()
    await taker.seek_to_end()
    try:
        async with _beside(listen()):
            yield made, echoed
    finally:
        await taker.stop()
        await made.stop()


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
