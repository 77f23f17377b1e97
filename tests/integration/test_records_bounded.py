"""Reads and rows of records that stay small however much there is: staff of a window, records that left a shift."""

import datetime as dt
from collections.abc import AsyncIterator

import pytest

from services.records.domain import handover as h
from services.records.domain.staff_history import StaffVersion
from services.records.settings import Settings
from services.records.store import MongoHandovers, MongoStaffHistory
from shared.chassis.mongo import Tx
from shared.chassis.service import Chassis
from shared.contracts.identity import Department
from shared.contracts.records import Status
from tests.factories.guest_records import NOW, member, opened
from tests.factories.records import CHAIN, SCOPE
from tests.factories.standing import NO_BROKER
from tests.fakes.records import FakeDatabase
from tests.fakes.staff_history import FakeStaffHistory

pytestmark = pytest.mark.integration
DAY = dt.timedelta(days=1)


@pytest.fixture
async def chassis(mongo_url: str, database_name: str) -> AsyncIterator[Chassis]:
    made = Chassis(Settings(mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER))
    yield made
    await made.mongo.close()


def version(name: str, number: int, days: int) -> StaffVersion:
    return StaffVersion(since=NOW + days * DAY, member=member(name, version=number, chain=CHAIN))


VERSIONS = [
    *(version("ana", number, number - 20) for number in range(1, 19)),
    version("rui", 1, 3),
    version("rui", 2, 4),
    version("ines", 4, -30),
]


async def test_staff_of_a_window_are_told_by_what_began_in_it_and_the_version_before(chassis: Chassis) -> None:
    database = FakeDatabase()
    real, fake = MongoStaffHistory(chassis.mongo), FakeStaffHistory(database)

    async def keep(tx: Tx) -> None:
        await real.keep(SCOPE, VERSIONS, tx)

    await chassis.mongo.run(keep)
    await fake.keep(SCOPE, VERSIONS, Tx(None))
    found = [await each.between(SCOPE, NOW - 5 * DAY, NOW - 3 * DAY) for each in (real, fake)]
    told = [sorted((one.member.id, one.member.version) for one in each) for each in found]
    assert told[0] == told[1] == [("ana", 1), ("ana", 15), ("ana", 16), ("ana", 17), ("ines", 4), ("rui", 1)]


async def test_records_that_left_a_shift_are_kept_on_pages_as_items_are(chassis: Chassis) -> None:
    state = opened().model_copy(update={"department": Department.FRONT_OFFICE})
    left = [state.model_copy(update={"id": f"left-{number:04}", "status": Status.COMPLETE}) for number in range(1_100)]
    handing = h.Handing(
        id="handover-1",
        chain=CHAIN,
        property_id="resort",
        zone="Europe/Lisbon",
        department=Department.FRONT_OFFICE,
        at=NOW,
        since=NOW - DAY,
    )
    document = h.prepared(handing, [state], left, {}, NOW, dt.timedelta(minutes=15))
    store = MongoHandovers(chassis.mongo)

    async def add(tx: Tx) -> None:
        await store.add(SCOPE, document, tx)

    await chassis.mongo.run(add)
    pages = await chassis.mongo.collection("handover_pages").find({}, sort=[("number", 1)])
    assert [(len(page["items"]), len(page["gone"])) for page in pages] == [(1, 500), (0, 500), (0, 100)]
    part = await store.part(SCOPE, "handover-1", 0, 200)
    assert part is not None
    assert (list(part.gone), list(part.items)) == (list(document.gone), list(document.items))
    assert await store.document(SCOPE, "handover-1") == document
