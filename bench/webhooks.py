"""Webhooks of PMSs: 200 notifications a second, each answered when its mark is safely stored; the slowest of a hundred.

The service is a process of its own with its jobs running; its hotel's PMS refuses every question, so what is seen is
the door beside the work of asking in vain. Notifications come when they are due, answered or not.
"""

import asyncio
import gc
import json
from statistics import quantiles
from time import perf_counter

from bench.figures import ROUNDS, Figure, Occasion
from bench.ground import Ground
from bench.http import Connections, request
from services.integrations.domain.connections import ConnectionSpec
from services.integrations.store.connections import ConnectionStore
from shared.contracts.values import Scope
from tests.factories.records import CHAIN

A_SECOND, EVENTS, RESERVATIONS = 200, 1000, 400
AIM_MS = 100.0
DATABASE = "bench_webhooks"
HOTEL = ConnectionSpec(
    property_id="city",
    chain=CHAIN,
    pms="apaleo",
    hotel="BER",
    zone="Europe/Berlin",
    currency="EUR",
    base_url="http://127.0.0.1:1",
)


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """The 50th and the 99th percentile from when a notification is due until it is answered, in milliseconds."""
    token = await _connected(ground)
    rounds: list[list[float]] = []
    async with ground.service("integrations", DATABASE) as url:
        for _ in range(ROUNDS + 1):
            gc.collect()
            rounds.append(await _open_loop(url, token))
    p50, p99 = ([each[at] for each in rounds[1:]] for at in (49, 98))
    name = f"webhooks of a PMS at {A_SECOND}/s: answered"
    return [occasion.alone(f"{name}, p50", "ms", p50, None), occasion.alone(f"{name}, p99", "ms", p99, AIM_MS)]


async def _connected(ground: Ground) -> str:
    await (await ground.fresh(DATABASE)).close()
    chassis = ground.chassis("integrations", DATABASE)
    try:
        store = ConnectionStore(chassis.mongo, chassis.outbox, chassis.idempotency)
        await store.connect(Scope(chain=CHAIN), [HOTEL])
        [connection] = await store.all(Scope(chain=CHAIN))
        return connection.token
    finally:
        await chassis.mongo.close()


async def _open_loop(url: str, token: str) -> list[float]:
    """99 percentiles of the time between when each was due and when it was answered, in ms."""
    path = f"/v1/pms/{HOTEL.property_id}/{token}/apaleo/events"
    sent = [request(path, {}, _notification(number)) for number in range(EVENTS)]
    connections, times = Connections(url), list[float]()
    start = perf_counter() + 0.1

    async def send(at: float, each: bytes) -> None:
        await connections.send(each)
        times.append((perf_counter() - at) * 1000)

    try:
        under_way = []
        for number, each in enumerate(sent):
            at = start + number / A_SECOND
            await asyncio.sleep(max(0.0, at - perf_counter()))
            under_way.append(asyncio.ensure_future(send(at, each)))
        await asyncio.gather(*under_way)
    finally:
        connections.close()
    return quantiles(times, n=100, method="inclusive")


def _notification(number: int) -> bytes:
    told: dict[str, object] = {
        "topic": "Reservation",
        "type": "changed",
        "id": f"event-{number}",
        "propertyId": HOTEL.hotel,
    }
    told |= {"accountId": "BENCH", "timestamp": 1_692_268_510_605}
    told |= {"data": {"entityId": f"XPGM{number % RESERVATIONS:04d}-1"}}
    return json.dumps(told).encode()
