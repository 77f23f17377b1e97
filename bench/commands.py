"""Commands over HTTP: the real records service as a process of its own, against a bare handler's same writes.

Both are uvicorn with one worker; the relay of the real one sends its events to Kafka meanwhile.
"""

import asyncio
from collections.abc import Sequence
from itertools import islice

from bench.figures import ROUNDS, Figure, Occasion, alternate
from bench.ground import RECORDS_DATABASE, Ground, process
from bench.http import rate, request
from bench.lives import opened
from deploy.local.ports import choose
from services.auth.domain.policy import default_grants
from services.records.ports import Writing
from services.records.store import MongoRecords
from services.records.store import prepare as prepare_records
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.outbox import PENDING
from shared.chassis.service import Chassis
from tests.factories.access import bearer, heartbeat, knowledge
from tests.factories.chassis import until
from tests.factories.front_desk import HOTELS, STAFF, person
from tests.factories.records import SCOPE

COMMANDS = 800
WARM_UP = 1
AIM = 0.7
BARE_DATABASE = "bench_records_bare"


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """Accept commands a second, some at a time."""
    real, copy = await _prepared(ground, RECORDS_DATABASE), await _prepared(ground, BARE_DATABASE)
    ids = iter(await _store(real, copy))
    signed = bearer(person("ana"), "records")
    url = await ground.start_records()
    try:
        await rate(url, _accepting(list(islice(ids, WARM_UP)), signed))
        await _leave_templates(real.mongo, copy.mongo)
        port = choose(("bare",), {}, {})["bare"]
        given = {"BENCH_MONGO_URL": ground.mongo_url, "BENCH_DATABASE": BARE_DATABASE, "BENCH_PORT": str(port)}
        async with process("bench.bare", ground.logs / "bare.log", **given):
            await _listening(port)
            found = await _alternate(url, f"http://127.0.0.1:{port}", list(ids), signed, real.mongo)
    finally:
        await real.mongo.close()
        await copy.mongo.close()
    return [occasion.beside("commands over HTTP: accept a record", "commands/s", *found, AIM)]


async def _alternate(
    ours_url: str, bare_url: str, ids: Sequence[str], signed: dict[str, str], mongo: Mongo
) -> tuple[list[float], list[float]]:
    requests = _accepting(ids, signed)
    mine, theirs = iter(requests), iter(requests)

    async def sent() -> bool:
        return await mongo.collection("events").count({"st": PENDING}) == 0

    async def ours() -> float:
        found = await rate(ours_url, list(islice(mine, COMMANDS)))
        await until(sent, "the relay has sent the events")
        return found

    async def bare() -> float:
        return await rate(bare_url, list(islice(theirs, COMMANDS)))

    return await alternate(ours, bare)


async def _prepared(ground: Ground, database: str) -> Chassis:
    """A database with the indexes of records, and what the service knows of people, hotels and policy."""
    await (await ground.fresh(database)).close()
    chassis = ground.chassis("records", database)
    told = knowledge(STAFF, default_grants(), *HOTELS)

    async def learn(tx: Tx) -> None:
        await chassis.policy.apply(tx, told)

    for part in (chassis.outbox, chassis.idempotency, chassis.policy):
        await part.prepare()
    await prepare_records(chassis.mongo)
    await chassis.mongo.run(learn)
    await chassis.policy.hear(heartbeat())
    return chassis


async def _store(*places: Chassis) -> list[str]:
    """The same new records in each place; their ids."""
    clock = places[0].clock
    made = [opened(clock, clock.now()).state for _ in range(COMMANDS * (ROUNDS + 1) + WARM_UP)]
    for place in places:
        store = MongoRecords(place.mongo)
        for first in range(0, len(made), COMMANDS):
            some = Writing(fresh=made[first : first + COMMANDS])

            async def write(tx: Tx, store: MongoRecords = store, some: Writing = some) -> None:
                await store.write(SCOPE, some, tx)

            await place.mongo.run(write)
    return [state.id for state in made]


def _accepting(ids: Sequence[str], signed: dict[str, str]) -> list[bytes]:
    more = {"If-Match": '"1"'}
    return [
        request(f"/v1/records/{each}/accept", {**signed, **more, "Idempotency-Key": f"accept-{each}"}) for each in ids
    ]


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
