"""Webhooks of PMSs: 200 notifications a second, each answered when its mark is safely stored, and vendors' own limits.

The service is a process of its own with its jobs running; its hotel's PMS refuses every question, so what is seen is
the door beside the work of asking in vain. Notifications come when they are due, answered or not.
"""

import asyncio
import gc
import json
from collections import defaultdict
from collections.abc import Sequence
from statistics import quantiles
from time import perf_counter
from typing import Any

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
CROWD = 300
"""Events in one message of Mews, once a second beside the others."""
CLOUDBEDS_LIMIT_MS, MEWS_LIMIT_MS = 2000.0, 5000.0
"""After so long they take an answer for none (docs/pms.md)."""
HOTELS = {
    vendor: ConnectionSpec(
        property_id=vendor,
        chain=CHAIN,
        pms=vendor,
        hotel="BER",
        zone="Europe/Berlin",
        currency="EUR",
        base_url="http://127.0.0.1:1",
    )
    for vendor in ("apaleo", "cloudbeds", "mews")
}
Tokens = dict[str, str]


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """From when a notification is due until its answer, in milliseconds: percentiles, and the slowest of a vendor."""
    tokens = await _connected(ground)
    alone, beside = list[dict[str, list[float]]](), list[dict[str, list[float]]]()
    async with ground.service("integrations", DATABASE) as url:
        for _ in range(ROUNDS + 1):
            gc.collect()
            alone.append(await _open_loop(url, [("apaleo", _apaleo(tokens, number)) for number in range(EVENTS)]))
            beside.append(await _open_loop(url, [_limited(tokens, number) for number in range(EVENTS)]))
    shares = [quantiles(each["apaleo"], n=100, method="inclusive") for each in alone[1:]]
    p50, p99 = ([each[at] for each in shares] for at in (49, 98))
    name = f"webhooks of a PMS at {A_SECOND}/s: answered"
    slowest = {vendor: [max(each[vendor]) for each in beside[1:]] for vendor in ("cloudbeds", "mews")}
    crowd = f"Mews, {CROWD} events in one message beside {A_SECOND}/s"
    return [
        occasion.alone(f"{name}, p50", "ms", p50, None),
        occasion.alone(f"{name}, p99", "ms", p99, AIM_MS),
        occasion.alone(f"{name}, slowest of Cloudbeds", "ms", slowest["cloudbeds"], CLOUDBEDS_LIMIT_MS),
        occasion.alone(f"{crowd}: answered, slowest", "ms", slowest["mews"], MEWS_LIMIT_MS),
    ]


async def _connected(ground: Ground) -> Tokens:
    await (await ground.fresh(DATABASE)).close()
    chassis = ground.chassis("integrations", DATABASE)
    try:
        store = ConnectionStore(chassis.mongo, chassis.outbox, chassis.idempotency)
        await store.connect(Scope(chain=CHAIN), list(HOTELS.values()))
        return {each.pms: each.token for each in await store.all(Scope(chain=CHAIN))}
    finally:
        await chassis.mongo.close()


async def _open_loop(url: str, sent: Sequence[tuple[str, bytes]]) -> dict[str, list[float]]:
    """By vendor, the times between when each was due and when it was answered, in ms."""
    connections, times = Connections(url), defaultdict[str, list[float]](list)
    start = perf_counter() + 0.1

    async def send(at: float, vendor: str, each: bytes) -> None:
        await connections.send(each)
        times[vendor].append((perf_counter() - at) * 1000)

    try:
        under_way = []
        for number, (vendor, each) in enumerate(sent):
            at = start + number / A_SECOND
            await asyncio.sleep(max(0.0, at - perf_counter()))
            under_way.append(asyncio.ensure_future(send(at, vendor, each)))
        await asyncio.gather(*under_way)
    finally:
        connections.close()
    return times


def _posted(tokens: Tokens, vendor: str, told: dict[str, Any]) -> bytes:
    return request(f"/v1/pms/{vendor}/{tokens[vendor]}/{vendor}/events", {}, json.dumps(told).encode())


def _apaleo(tokens: Tokens, number: int) -> bytes:
    told: dict[str, Any] = {"topic": "Reservation", "type": "changed", "id": f"event-{number}"}
    told |= {"propertyId": "BER", "accountId": "BENCH"}
    of = {"entityId": f"XPGM{number % RESERVATIONS:04d}-1"}
    return _posted(tokens, "apaleo", {**told, "timestamp": 1_692_268_510_605, "data": of})


def _limited(tokens: Tokens, number: int) -> tuple[str, bytes]:
    """Cloudbeds all the time, once a second a crowd of Mews."""
    if number % A_SECOND == A_SECOND // 2:
        events = [{"Discriminator": "ServiceOrderUpdated", "Value": {"Id": f"order-{each}"}} for each in range(CROWD)]
        return "mews", _posted(tokens, "mews", {"EnterpriseId": "BER", "IntegrationId": "bench", "Events": events})
    told: dict[str, Any] = {"event": "reservation/dates_changed", "timestamp": 1_692_268_510.25}
    told |= {"propertyID_str": "BER", "reservationID": f"R{number % RESERVATIONS:04d}"}
    return "cloudbeds", _posted(tokens, "cloudbeds", told)
