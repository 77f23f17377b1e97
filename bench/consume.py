"""Topic to facts: reporting's consumer, against a bare consumer that makes the same bulk writes of ready documents."""

import asyncio
from collections.abc import Sequence
from itertools import count
from time import perf_counter
from typing import Any

from pymongo import AsyncMongoClient, UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from bench.figures import FEW, Figure, Occasion, Round, alternate
from bench.ground import NAMESPACE, Ground
from bench.kafka import bytes_of, consumer, produce, producer
from bench.lives import events
from bench.past import fill, forget
from services.reporting.events import TOPICS, Handler
from services.reporting.reports import APART, ENTRIES_VERSION
from services.reporting.store import MongoFacts, MongoSums, MongoTraces, prepare
from services.reporting.usecases.projecting import Projecting
from shared.chassis.clock import Clock
from shared.chassis.consume import Consumer, Consumption
from shared.chassis.cursors import Cursors
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.telemetry import Telemetry
from shared.contracts.envelope import Envelope

EVENTS = 10_000
POLL = 500
AIM, GROWN_AIM = 0.7, 0.9
SMALL, LARGE = 10_000, 1_000_000
DATABASE, BARE_DATABASE = "bench_reporting", "bench_reporting_bare"
_rounds = count(1)


class Pace:
    """How many events were handled when. The first batch waits for the group to form: the rate is of the others."""

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []
        self.done = asyncio.Event()

    def mark(self, more: int) -> None:
        """So many more are handled."""
        total = more + (self._marks[-1][1] if self._marks else 0)
        self._marks.append((perf_counter(), total))
        if total >= EVENTS:
            self.done.set()

    def rate(self) -> float:
        """Events a second."""
        (began, first), (ended, last) = self._marks[0], self._marks[-1]
        assert last == EVENTS
        return (last - first) / (ended - began)


class Paced(Handler):
    """Reporting's handler, watched."""

    def __init__(self, projecting: Projecting, pace: Pace) -> None:
        super().__init__(projecting)
        self._pace = pace

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Fold new events and note the time."""
        await super().apply(tx, events)
        self._pace.mark(len(events))


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """Reporting's events a second: beside a bare consumer, and among a million records beside ten thousand."""
    clock = Clock()
    unsent = Outbox(Mongo(ground.mongo_url, DATABASE), clock, "records")
    told = events(unsent, clock, EVENTS)
    async with producer(ground.kafka_servers) as made:
        await produce(made, bytes_of(told))

    async def ours() -> float:
        return await _ours(ground, clock, await ground.fresh(DATABASE))

    async def bare() -> float:
        return await _bare(ground)

    found = await alternate(ours, bare)
    records = list({event.subject for event in told})

    def among(filled: Mongo) -> Round:
        async def once() -> float:
            await forget(filled, records)
            return await _ours(ground, clock, Mongo(ground.mongo_url, filled.database))

        return once

    small, large = [await fill(ground, DATABASE, f"bench_past_{count}", count) for count in (SMALL, LARGE)]
    grown = await alternate(among(large), among(small), FEW)
    for filled in (small, large):
        await filled.drop()
        await filled.close()
    return [
        occasion.beside("projection: reporting's facts", "events/s", *found, AIM),
        occasion.beside(
            f"projection with {LARGE:,} records, beside the same with {SMALL:,}", "events/s", *grown, GROWN_AIM
        ),
    ]


async def _ours(ground: Ground, clock: Clock, mongo: Mongo) -> float:
    pace, settings = Pace(), ground.settings("reporting", mongo.database)
    projecting = Projecting(
        MongoFacts(mongo),
        MongoSums(mongo, "bench", ENTRIES_VERSION, APART),
        MongoTraces(mongo, clock),
        lambda _: None,
    )
    spec = Consumer(f"facts-{next(_rounds)}", TOPICS, Paced(projecting, pace))
    running = Consumption(spec, mongo, clock, Telemetry(settings), settings)
    await prepare(mongo)
    await running.applier.prepare()
    await running.start()
    try:
        await asyncio.wait_for(pace.done.wait(), 120)
    finally:
        await running.stop()
        await mongo.close()
    return pace.rate()


async def _bare(ground: Ground) -> float:
    empty = await ground.fresh(BARE_DATABASE)
    await prepare(empty)
    await Cursors(empty, "bare").prepare()
    await empty.close()
    client = AsyncMongoClient[Document](ground.mongo_url, w="majority", journal=True)
    ready = {name: await _by_id(client, name) for name in ("facts", "cursors", "traces")}
    pace, names = Pace(), [NAMESPACE + topic for topic in TOPICS]
    try:
        async with consumer(ground.kafka_servers, f"bare-{next(_rounds)}", names) as reading:
            while not pace.done.is_set():
                polled = await reading.getmany(timeout_ms=1000, max_records=POLL)
                records = [record for some in polled.values() for record in some]
                if records:
                    await _write(client, ready, records)
                    pace.mark(len(records))
                    await reading.commit({part: some[-1].offset + 1 for part, some in polled.items() if some})
    finally:
        await client.close()
    return pace.rate()


async def _by_id(client: "AsyncMongoClient[Document]", name: str) -> dict[str, Document]:
    """The documents that our own round just left, to be written again."""
    rows = await client[DATABASE][name].find().to_list(None)
    return {str(row.get("record") or row.get("agg") or row["_id"]): row for row in rows}


async def _write(client: "AsyncMongoClient[Document]", ready: dict[str, dict[str, Document]], records: Any) -> None:
    """One transaction: a fact and a cursor for each record that something happened to, a mark for each that closed."""
    told = {record.key.decode() for record in records}
    closed = {r.key.decode() for r in records if ("ce_type", b"record.completed.v1") in r.headers}
    async with client.start_session() as session:
        await session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority", j=True))
        for name, keys in (("facts", told), ("traces", closed), ("cursors", told)):
            rows = [ready[name][key] for key in sorted(keys)]
            ops = [UpdateOne({"_id": row["_id"]}, {"$set": _rest(row)}, upsert=True) for row in rows]
            if ops:
                await client[BARE_DATABASE][name].bulk_write(ops, session=session)
        await session.commit_transaction()


def _rest(row: Document) -> Document:
    return {name: value for name, value in row.items() if name != "_id"}
