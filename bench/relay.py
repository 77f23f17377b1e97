"""Event rows to acknowledged records: the relay's passes, against a bare producer that is handed the same bytes."""

from time import perf_counter

from bench.figures import Figure, Occasion, alternate
from bench.ground import Ground
from bench.kafka import bytes_of, produce, producer
from bench.lives import events
from shared.chassis.outbox import PENDING, row_of

EVENTS = 10_000
AIM = 0.4


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """The relay's events a second."""
    await ground.fresh("bench_relay")
    chassis = ground.chassis("records", "bench_relay")
    await chassis.outbox.prepare()
    told = events(chassis.outbox, chassis.clock, EVENTS)
    rows, records = chassis.mongo.collection("events"), bytes_of(told)
    await rows.insert_many([row_of(event) for event in told])

    async def ours() -> float:
        await rows.update_many({}, {"$set": {"st": PENDING}})
        assert await chassis.relay.lease.take()
        start, done = perf_counter(), 0
        while sent := await chassis.relay.once():
            done += sent
        assert done == EVENTS
        return done / (perf_counter() - start)

    try:
        async with producer(ground.kafka_servers) as bare_producer:

            async def bare() -> float:
                start = perf_counter()
                await produce(bare_producer, records)
                return EVENTS / (perf_counter() - start)

            found = await alternate(ours, bare)
    finally:
        await chassis.producer.stop()
        await chassis.mongo.close()
    return [occasion.beside("relay: event rows to acknowledged records", "events/s", *found, AIM)]
