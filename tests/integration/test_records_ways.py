"""Whatever is asked for together, by whichever way: a real MongoDB finds what memory finds, each once and in order."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from services.records.domain.state import RecordState
from services.records.ports import By, Query, Unanswered, Writing
from services.records.store import MongoRecords, prepare, search
from shared.chassis.mongo import Mongo
from shared.contracts.identity import Department
from shared.contracts.records import Status
from shared.contracts.values import Scope
from tests.factories.guest_records import NOW, opened
from tests.factories.records import CHAIN
from tests.fakes.records import FakeDatabase, FakeRecords

pytestmark = pytest.mark.integration
COUNT, QUERIES = 120, 60
HOTELS, OWNERS, ROOMS = ("resort", "city", "harbour"), ("ana", "rui", "sofia"), ("101", "102", None)
WORDS = ("towel", "late", "cot", "upgrade")
KINDS = ("guest_request", "feedback_score")
OPEN = tuple(status for status in Status if status is not Status.COMPLETE)


def some_record(random: Random, number: int) -> RecordState:
    status = random.choice(list(Status))
    moments = {
        name: NOW + dt.timedelta(minutes=random.randint(-60, 60)) for name in ("opened_at", "changed_at", "due_at")
    }
    changed: dict[str, Any] = {
        "id": f"record-{number:04}",
        "property_id": random.choice(HOTELS),
        "owner": random.choice(OWNERS),
        "department": random.choice([Department.FRONT_OFFICE, Department.HOUSEKEEPING]),
        "kind": random.choice(KINDS),
        "room": random.choice(ROOMS),
        "stay_id": random.choice(["stay-1", "stay-2", None]),
        "guest_id": random.choice(["guest-1", "guest-2", None]),
        "parent": random.choice(["record-0001", None, None]),
        "status": status,
        "closed_at": moments["due_at"] if status is Status.COMPLETE else None,
        "words": tuple(random.sample(WORDS, random.randint(0, 3))),
        "watchers": tuple(random.sample(OWNERS, random.randint(0, 2))),
        **moments,
    }
    return opened(key=f"key-{number}").model_copy(update=changed)


def some_query(random: Random) -> Query:
    """A few filters of all there are, in some order."""
    filters: dict[str, Sequence[Any]] = {
        "property_id": HOTELS,
        "owner": OWNERS,
        "department": [Department.FRONT_OFFICE],
        "kind": KINDS,
        "kinds": [KINDS, KINDS[:1]],
        "room": ["101", "nowhere"],
        "stay_id": ["stay-1"],
        "guest_ids": [("guest-1",), ("guest-1", "guest-2")],
        "parent": ["record-0001"],
        "watcher": OWNERS,
        "statuses": [
            (Status.NEW,),
            (Status.NEW, Status.BLOCKED),
            (Status.COMPLETE,),
            OPEN,
            (Status.NEW, Status.COMPLETE),
        ],
        "words": [("late",), ("late", "cot"), ("late", "cot", "towel", "upgrade")],
        "due_from": [NOW],
        "due_to": [NOW],
        "risk": ["late", "at_risk"],
        "unanswered": [Unanswered(), Unanswered("ana")],
        "ids": [[f"record-{number:04}" for number in range(20)]],
    }
    chosen = random.sample(sorted(filters), random.randint(0, 4))
    asked = {name: random.choice(filters[name]) for name in chosen}
    return Query(
        NOW, by=random.choice(list(By)), descending=random.random() < 0.5, limit=random.choice([3, 50]), **asked
    )


@pytest.fixture
async def stores(mongo_url: str, database_name: str) -> AsyncIterator[tuple[MongoRecords, FakeRecords]]:
    """The same records in both."""
    mongo, database = Mongo(mongo_url, database_name), FakeDatabase()
    random, real = Random(1), MongoRecords(mongo)
    made = [some_record(random, number) for number in range(COUNT)]
    await prepare(mongo)
    await mongo.run(lambda tx: real.write(Scope(chain=CHAIN), Writing(fresh=made), tx))
    database.tables.records = {state.id: state for state in made}
    yield real, FakeRecords(database)
    await mongo.close()


async def every_page(store: MongoRecords | FakeRecords, scope: Scope, query: Query) -> list[str]:
    """What all pages hold, one after the other."""
    found: list[str] = []
    for _ in range(COUNT):
        page = await store.page(scope, query)
        assert len(page.states) <= query.limit
        found += [state.id for state in page.states]
        if page.after is None:
            return found
        query = replace(query, after=page.after)
    raise AssertionError(f"{query} has no end")


@pytest.mark.parametrize(("few", "stride"), [(1000, 1500), (5, 4), (0, 1)], ids=["read", "walked", "crept"])
async def test_every_way_finds_the_same(
    stores: tuple[MongoRecords, FakeRecords], few: int, stride: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, memory = stores
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "STRIDE", stride)
    random = Random(few)
    for _ in range(QUERIES):
        query = some_query(random)
        scope = Scope(chain=CHAIN, properties=random.choice([None, frozenset(HOTELS[:2]), frozenset({"city"})]))
        assert await every_page(real, scope, query) == await every_page(memory, scope, query), query
