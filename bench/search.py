"""Every documented search among a million records, beside a bare find by id in the same run."""

import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from statistics import quantiles
from time import perf_counter

from bench.figures import Figure, Occasion
from bench.filling import fill, first_of
from bench.ground import Ground
from bench.house import prepared
from bench.lives import KIND
from bench.scale import LARGE
from services.records.ports import By, Query, Unanswered
from services.records.store import MongoRecords
from shared.chassis.mongo import Mongo
from shared.chassis.service import Chassis
from shared.contracts.identity import Department
from shared.contracts.records import Status
from tests.factories.records import SCOPE

DATABASE = "bench_large"
"""The one that growth is measured in: it is filled once for both."""
TIMES, WARM_UP = 60, 5
AIM_MS = 50.0
OPEN = tuple(status for status in Status if status is not Status.COMPLETE)
IN_VAIN = {"words nobody has together", "two common words", "a status nothing has"}
Ask = Callable[[], Awaitable[object]]


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """The 95th percentile of each search, in milliseconds; the first page of fifty, whole records read."""
    async with AsyncExitStack() as undo:
        house = await _filled(ground)
        undo.push_async_callback(house.mongo.close)
        undo.push_async_callback(house.producer.stop)
        found = MongoRecords(house.mongo)
        newest = Query(house.clock.now(), limit=TIMES + WARM_UP, by=By.OPENED, descending=True)
        some = (await found.page(SCOPE, newest)).states
        bare = [await _p95(_bare(house.mongo, [first_of(state.id) for state in some]))]
        figures = []
        for name, query in _searches(house, first_of(some[0].guest_id), first_of(some[0].stay_id)).items():
            await _look(found, name, query)
            times = await _p95(_asking(found, query))
            told = f"search by {name} among {LARGE:,} records: p95"
            figures.append(occasion.beside(told, "ms", [times], bare, None, "lower"))
        slowest = max(figure.value for figure in figures)
        return [*figures, occasion.alone("slowest of these searches: p95, as such", "ms", [slowest], AIM_MS)]


async def _look(found: MongoRecords, name: str, query: Query) -> None:
    """What finds nothing is quick: a search that is there to find something must."""
    empty = not (await found.page(SCOPE, query)).states
    assert empty is (name in IN_VAIN), f"searched by {name}: {'nothing' if empty else 'something'} found"


def _asking(found: MongoRecords, query: Query) -> Ask:
    async def ask() -> object:
        return await found.page(SCOPE, query)

    return ask


async def _filled(ground: Ground) -> Chassis:
    house = ground.chassis("records", DATABASE)
    if await house.mongo.collection("records").count({}, limit=LARGE) >= LARGE:
        return house
    await house.mongo.close()
    house = await prepared(ground, "records", DATABASE)
    await fill(ground, house, DATABASE, LARGE)
    return house


async def _p95(ask: Ask) -> float:
    """The 95th percentile of the times it takes, in milliseconds."""
    times = []
    for number in range(TIMES + WARM_UP):
        start = perf_counter()
        await ask()
        if number >= WARM_UP:
            times.append((perf_counter() - start) * 1000)
    return quantiles(times, n=20, method="inclusive")[18]


def _bare(mongo: Mongo, ids: list[str]) -> Ask:
    rows, waiting = mongo.collection("records"), iter(ids)

    async def ask() -> object:
        return await rows.find_one({"_id": next(waiting)})

    return ask


def _searches(house: Chassis, guest: str, stay: str) -> dict[str, Query]:
    """What README documents, by its name there; a hotel's list has its property, a chain's has none."""
    now, city = house.clock.now(), "resort"
    day = dt.timedelta(days=1)
    return {
        "guests": Query(now, guest_ids=(guest, "nobody")),
        "stay": Query(now, stay_id=stay),
        "room": Query(now, city, room="214"),
        "a common word": Query(now, words=("upgrade",)),
        "a rare and a common word": Query(now, words=("upgrade", "word7")),
        "words nobody has together": Query(now, words=("word7", "word8")),
        "two common words": Query(now, words=("upgrade", "late")),
        "status": Query(now, city, statuses=(Status.NEW,)),
        "a status nothing has": Query(now, city, statuses=(Status.BLOCKED,)),
        "owner": Query(now, owner="ana", statuses=OPEN),
        "department": Query(now, department=Department.FRONT_OFFICE, statuses=OPEN),
        "due range": Query(now, city, due_from=now - 30 * day, due_to=now),
        "kind": Query(now, kind=KIND),
        "kind, department and owner": Query(now, city, department=Department.FRONT_OFFICE, kind=KIND, owner="ana"),
        "workflow": Query(now, kinds=(KIND, "feedback_score")),
        "risk late": Query(now, city, risk="late"),
        "risk at risk": Query(now, city, risk="at_risk"),
        "watcher": Query(now, watcher="ana"),
        "unanswered question": Query(now, unanswered=Unanswered(staff_id="ana")),
        "newest change": Query(now, city, by=By.CHANGED, descending=True),
        "newest change of an owner in a chain": Query(now, owner="ana", statuses=OPEN, by=By.CHANGED, descending=True),
        "newest opening": Query(now, city, statuses=OPEN, by=By.OPENED, descending=True),
    }
