"""Bookings of a file to stays, their events acknowledged, against a bare insert and production of the same."""

import datetime as dt
import gc
from itertools import count, islice
from pathlib import Path
from time import perf_counter

from pymongo import AsyncMongoClient

from bench.figures import Figure, Occasion, alternate
from bench.ground import FOLDER, NAMESPACE, Ground
from bench.kafka import bytes_of, produce, producer
from deploy.local.runfolder import PROJECT_ROOT
from services.integrations.app import Parts, parts
from services.integrations.pms.hotel_bookings import generator
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.files import lines
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.settings import Settings
from shared.chassis.mongo import Document
from shared.chassis.outbox import envelope_of
from shared.contracts.values import Scope
from tests.factories.records import CHAIN

BOOKINGS = 20_000
AIM = 0.5
DATABASE, BARE_DATABASE = "bench_import", "bench_import_bare"
WRITTEN = ("profiles", "stays", "events")
REAL = PROJECT_ROOT.parent / "shared" / "data" / "hotel_bookings.csv.xz"


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """Bookings a second, by the import as `bellboard import` runs it."""
    file = _file(FOLDER / "bookings.csv")
    written: dict[str, list[Document]] = {}

    async def ours() -> float:
        async with _Empty(ground, DATABASE) as have:
            taken = await _import(have, file)
            await have.chassis.producer.stop()
            if not written:
                written.update({name: await have.chassis.mongo.collection(name).find({}) for name in WRITTEN})
            return taken

    async def bare() -> float:
        async with _Empty(ground, BARE_DATABASE):
            return await _insert(ground, written)

    found = await alternate(ours, bare)
    return [occasion.beside("import: bookings of a file to stays", "bookings/s", *found, AIM)]


class _Empty:
    """An empty database with the indexes of integrations, and no search for reference cycles, as in the command."""

    def __init__(self, ground: Ground, database: str) -> None:
        self._ground, self._database = ground, database

    async def __aenter__(self) -> Parts:
        await (await self._ground.fresh(self._database)).close()
        settings = Settings(
            mongo_url=self._ground.mongo_url,
            mongo_database=self._database,
            kafka_servers=self._ground.kafka_servers,
            kafka_namespace=NAMESPACE,
            connections=specs(CHAIN),
            guest_key="b" * 32,
        )
        self._have = parts(settings)
        await self._have.chassis.outbox.prepare()
        await self._have.prepare()
        gc.disable()
        return self._have

    async def __aexit__(self, *_: object) -> None:
        gc.enable()
        await self._have.chassis.mongo.close()


async def _import(have: Parts, file: Path) -> float:
    known = {one.hotel: one for one in await have.connections.all(Scope(chain=CHAIN)) if one.pms == NAME}
    start = perf_counter()
    summary = await have.imports(
        CHAIN, have.adapters[NAME], file, known, on_problem=lambda _: None, on_progress=lambda *_: None
    )
    assert summary.imported + summary.rejected == BOOKINGS
    # In a hotel the service's relay sends beside the import; here one process does one after the other.
    relay = have.chassis.relay
    assert await relay.lease.take()
    while await relay.once():
        pass
    return BOOKINGS / (perf_counter() - start)


async def _insert(ground: Ground, written: dict[str, list[Document]]) -> float:
    client = AsyncMongoClient[Document](ground.mongo_url, w="majority", journal=True)
    records = bytes_of([envelope_of(row) for row in written["events"]])
    async with producer(ground.kafka_servers) as made:
        start = perf_counter()
        for name, documents in written.items():
            await client[BARE_DATABASE][name].insert_many(documents, ordered=False)
        await produce(made, records)
        taken = perf_counter() - start
    await client.close()
    return BOOKINGS / taken


def _file(path: Path) -> Path:
    """The first bookings of the real file where it lies beside the project, else generated ones."""
    if REAL.exists():
        some = islice(lines(REAL), BOOKINGS + 1)
        path.write_bytes(b"".join(line.data + b"\n" for line in some))
        return path
    days = (dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in count())
    rows = (row for day in days for row in generator.rows(7, day, day))
    with path.open("w", encoding="utf-8", newline="") as file:
        generator.write(file, islice(rows, BOOKINGS))
    return path
