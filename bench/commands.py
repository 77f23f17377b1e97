"""Commands over HTTP: the real records service as a process of its own, against a bare handler's same writes.

Both are uvicorn with one worker; the relay of the real one sends its events to Kafka meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice

from bench.figures import ROUNDS, Figure, Occasion, alternate
from bench.ground import RECORDS_DATABASE, Ground, process
from bench.house import accepting, prepared, store
from bench.http import rate
from deploy.local.ports import choose
from shared.chassis.mongo import Mongo
from shared.chassis.outbox import UNSENT
from tests.factories.access import bearer
from tests.factories.chassis import until
from tests.factories.front_desk import person

COMMANDS = 800
WARM_UP = 1
AIM = 0.7
BARE_DATABASE = "bench_records_bare"


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """Accept commands a second, some at a time."""
    real, copy = await prepared(ground, "records", RECORDS_DATABASE), await prepared(ground, "records", BARE_DATABASE)
    ids = iter(await store(COMMANDS * (ROUNDS + 1) + WARM_UP, real, copy))
    signed = bearer(person("ana"), "records")
    try:
        async with ground.service("records", RECORDS_DATABASE) as url:
            await rate(url, accepting(list(islice(ids, WARM_UP)), signed))
            await _leave_templates(real.mongo, copy.mongo)
            async with bare_handler(ground) as bare_url:
                found = await _alternate(url, bare_url, list(ids), signed, real.mongo)
    finally:
        await real.mongo.close()
        await copy.mongo.close()
    return [occasion.beside("commands over HTTP: accept a record", "commands/s", *found, AIM)]


async def _alternate(
    ours_url: str, bare_url: str, ids: Sequence[str], signed: dict[str, str], mongo: Mongo
) -> tuple[list[float], list[float]]:
    requests = accepting(ids, signed)
    mine, theirs = iter(requests), iter(requests)

    async def sent() -> bool:
        return await mongo.collection("events").count(UNSENT, limit=1) == 0

    async def ours() -> float:
        found = await rate(ours_url, list(islice(mine, COMMANDS)))
        await until(sent, "the relay has sent the events")
        return found

    async def bare() -> float:
        return await rate(bare_url, list(islice(theirs, COMMANDS)))

    return await alternate(ours, bare)


async def _leave_templates(real: Mongo, copy: Mongo) -> None:
    """What one real command wrote, for the bare handler to write again and again."""
    changed = await real.collection("records").find_one({"version": 2})
    assert changed is not None
    kept = {name: changed[name] for name in changed if name not in {"_id", "trigger_key"}}
    await copy.collection("templates").insert_one({"_id": "records", "document": kept})
    for name in ("events", "idempotency"):
        await copy.collection("templates").insert_one(
            {"_id": name, "document": await real.collection(name).find_one({})}
        )


@asynccontextmanager
async def bare_handler(ground: Ground) -> AsyncIterator[str]:
    """The bare handler as a process; its base URL."""
    port = choose(("bare",), {}, {})["bare"]
    given = {"BENCH_MONGO_URL": ground.mongo_url, "BENCH_DATABASE": BARE_DATABASE, "BENCH_PORT": str(port)}
    async with process("bench.bare", ground.logs / "bare.log", **given):
        await _listening(port)
        yield f"http://127.0.0.1:{port}"


async def _listening(port: int) -> None:
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise TimeoutError("the bare handler did not start")
