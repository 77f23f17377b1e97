"""A backup is of one moment while others write, is looked through before it is put back, and says that it was."""

import gzip
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.backup.manifest import FILE, Manifest, differences, path_of
from deploy.backup.putting_back import put_back
from deploy.backup.taking import take
from deploy.local.faults import StackFault
from services.records.settings import Settings
from shared.chassis.service import Chassis
from tests.factories.standing import NO_BROKER

pytestmark = pytest.mark.integration
Client = MongoClient[dict[str, Any]]


@pytest.fixture
def client(mongo_url: str) -> Iterator[Client]:
    with MongoClient[dict[str, Any]](mongo_url, tz_aware=True) as opened:
        yield opened


@pytest.fixture
def stores(client: Client, database_name: str) -> list[str]:
    """Two stores with an index each that has more to it than keys."""
    names = [f"{database_name}-one", f"{database_name}-two"]
    for name in names:
        client[name]["events"].insert_many([row(n) | {"chain": "grand"} for n in range(2_500)])
        client[name]["events"].create_index("n", unique=True, partialFilterExpression={"n": {"$gte": 0}})
        client[name]["leases"].insert_one({"_id": "relay"})
    return names


def row(number: int) -> dict[str, Any]:
    """An event row, as far as it matters here."""
    return {"_id": f"e-{number:07}", "agg": f"a-{number:07}", "ver": 1, "n": number}


def test_what_was_taken_is_put_back_with_its_indexes(
    mongo_url: str, client: Client, stores: list[str], tmp_path: Path
) -> None:
    taken = take(mongo_url, tmp_path / "a", stores)
    for name in stores:
        client[name]["events"].delete_many({"n": {"$lt": 2_000}})
        client[name]["later"].insert_one({"_id": "of a future that did not happen"})
    put_back(mongo_url, tmp_path / "a", reason="a test", replace=True)
    again = take(mongo_url, tmp_path / "b", stores)
    assert (taken.documents, differences(taken, again)) == (5_000, [])
    assert [held.indexes for held in again.stores[stores[0]]] == [held.indexes for held in taken.stores[stores[0]]]
    assert sorted(client[stores[0]].list_collection_names()) == ["events", "restores"]


def test_backup_is_of_one_moment_while_both_stores_are_written(
    mongo_url: str, client: Client, stores: list[str], tmp_path: Path
) -> None:
    """Each transaction writes both stores: a backup between two of its writes would show one without the other."""
    stop = threading.Event()

    def write() -> None:
        numbers = itertools.count(10_000)
        while not stop.is_set():
            number = next(numbers)
            with client.start_session() as session, session.start_transaction():
                for name in stores:
                    client[name]["events"].insert_one(row(number), session=session)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        taken = [take(mongo_url, tmp_path / str(turn), stores) for turn in range(3)]
    finally:
        stop.set()
        writer.join()
    counts = [[held.documents for store in each.stores.values() for held in store] for each in taken]
    assert all(one == two for one, two in counts), counts
    assert counts[0] < counts[-1]


def damaged(folder: Path, store: str) -> None:
    file = folder / path_of(store, "events")
    content = gzip.decompress(file.read_bytes())
    file.write_bytes(gzip.compress(content.replace(b"grand", b"grond", 1)))


def cut_off(folder: Path, store: str) -> None:
    file = folder / path_of(store, "events")
    file.write_bytes(file.read_bytes()[:-200])


def without_manifest(folder: Path, _store: str) -> None:
    (folder / FILE).unlink()


@pytest.mark.parametrize(
    ("harm", "said"),
    [(damaged, "not what was written"), (cut_off, "not what was written"), (without_manifest, "is no backup")],
)
def test_damaged_backup_is_refused_and_nothing_is_touched(
    mongo_url: str, client: Client, stores: list[str], tmp_path: Path, harm: Any, said: str
) -> None:
    take(mongo_url, tmp_path / "a", stores)
    harm(tmp_path / "a", stores[1])
    with pytest.raises(StackFault, match=said):
        put_back(mongo_url, tmp_path / "a", reason="a test", replace=True)
    assert client[stores[0]]["leases"].count_documents({}) == 1


def test_store_in_use_and_folder_in_use_are_refused(mongo_url: str, stores: list[str], tmp_path: Path) -> None:
    take(mongo_url, tmp_path / "a", stores)
    with pytest.raises(StackFault, match="--replace deletes it"):
        put_back(mongo_url, tmp_path / "a", reason="a test")
    with pytest.raises(StackFault, match="is not empty"):
        take(mongo_url, tmp_path / "a", stores)


async def test_service_tells_the_log_once_that_its_store_was_put_back(
    mongo_url: str, client: Client, stores: list[str], tmp_path: Path
) -> None:
    manifest: Manifest = take(mongo_url, tmp_path / "a", stores)
    put_back(mongo_url, tmp_path / "a", reason="the disk was lost", replace=True)
    settings = Settings(mongo_url=mongo_url, mongo_database=stores[0], kafka_servers=NO_BROKER)
    for _ in range(2):
        chassis = Chassis(settings)
        await chassis._prepare([])
        await chassis.mongo.close()
    [told] = client[stores[0]]["events"].find({"type": "operation.begun.v1"})
    [words] = client[stores[0]]["operations"].find()
    assert manifest.digest in str(told["value"])
    assert (told["chain"], words["text"].startswith("the disk was lost")) == ("grand", True)
    assert "disk" not in str(told["value"])
