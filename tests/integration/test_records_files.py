"""Files of records on a real MongoDB, on either driver: kept with their record or swept, forgotten with their guest."""

import datetime as dt
import io
from collections.abc import AsyncIterator

import pytest

from services.records.app import assemble, house_of
from services.records.domain.files import HeldFile
from services.records.settings import Settings
from services.records.store import MongoFiles, prepare
from shared.chassis.mongo import Tx
from shared.chassis.service import Chassis
from shared.contracts.errors import AppError
from shared.contracts.values import Scope
from tests.component.test_records_attachments import PDF, photo
from tests.factories.access import knowledge
from tests.factories.desk_work import opened
from tests.factories.front_desk import HOTELS, POLICY, STAFF, Caller
from tests.factories.guest_events import guest_erased, stay_told
from tests.factories.guest_records import NOW, stay
from tests.factories.records import CHAIN, SCOPE
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration


@pytest.fixture(params=["pymongo", "motor"])
async def desk(request: pytest.FixtureRequest, mongo_url: str, database_name: str) -> AsyncIterator[Standing]:
    settings = Settings(
        mongo_url=mongo_url, mongo_database=database_name, mongo_driver=request.param, kafka_servers=NO_BROKER
    )
    chassis = Chassis(settings)
    standing = Standing(chassis, assemble(chassis, house_of(chassis)))
    await prepare(chassis.mongo)
    await standing.prepare(knowledge(STAFF, POLICY.grants, *HOTELS))
    standing.at(NOW)
    yield standing
    await chassis.mongo.close()


async def rows(desk: Standing, name: str) -> int:
    return await desk.chassis.mongo.collection(name).count({})


def pending(file_id: str = "file-1") -> HeldFile:
    return HeldFile(file_id, CHAIN, "resort", "record-1", "application/pdf", len(PDF), "0" * 32)


async def age(desk: Standing) -> None:
    """Let an hour and more pass for everything that was sent."""
    old = await desk.chassis.mongo.now() - dt.timedelta(hours=2)
    await desk.chassis.mongo.collection("attachments").update_many({}, {"$set": {"at": old}})


async def test_file_is_read_back_as_it_was_stored_and_is_another_chains_to_nobody(desk: Standing) -> None:
    async with desk.client() as http:
        ana = Caller(http)
        record = await opened(ana)
        big = PDF + b"x" * 1_000_000
        record = (await ana.upload(record, big, "application/pdf")).json()
        file = record["files"][0]["id"]
        reply = await ana.get(f"/v1/records/{record['id']}/attachments/{file}")
    assert reply.content == big
    store = MongoFiles(desk.chassis.mongo)
    assert await store.find(Scope(chain="other"), file) is None
    assert await store.find(Scope(chain=CHAIN, properties=frozenset({"city"})), file) is None
    await age(desk)
    assert await store.sweep(None) == 0


async def test_upload_that_died_is_swept_and_a_late_claim_of_it_is_refused(desk: Standing) -> None:
    store = MongoFiles(desk.chassis.mongo)
    await store.put(SCOPE, pending(), io.BytesIO(PDF))
    await store.put(SCOPE, pending("file-2"), io.BytesIO(PDF))
    assert await store.sweep(None) == 0
    await age(desk)
    assert await store.sweep(SCOPE) == 2
    assert [await rows(desk, name) for name in ("attachments", "attachments.files", "attachments.chunks")] == [0, 0, 0]

    async def claim(tx: Tx) -> None:
        await store.keep(SCOPE, "file-1", tx)

    for transactions in (desk.chassis.mongo, desk.chassis.together):
        with pytest.raises(AppError, match="send the file again"):
            await transactions.run(claim)


async def test_half_stored_file_is_swept_when_the_process_died_in_the_middle(desk: Standing) -> None:
    store = MongoFiles(desk.chassis.mongo)
    await store.put(SCOPE, pending(), io.BytesIO(b"x" * 600_000))
    await desk.chassis.mongo.collection("attachments.files").delete_many({})
    await age(desk)
    assert await store.sweep(None) == 1
    assert [await rows(desk, name) for name in ("attachments", "attachments.chunks")] == [0, 0]


async def test_files_are_gone_when_their_guest_is_forgotten(desk: Standing) -> None:
    booked = stay()
    await desk.hears(stay_told(booked))
    async with desk.client() as http:
        ana = Caller(http)
        record = await opened(ana, stay_id=booked.id)
        record = (await ana.upload(record, photo())).json()
        path = f"/v1/records/{record['id']}/attachments/{record['files'][0]['id']}"
        assert (await ana.get(path)).status_code == 200
        await desk.hears(guest_erased("guest-1", booked.id))
        assert (await ana.get(path)).status_code == 404
    assert await MongoFiles(desk.chassis.mongo).sweep(None) == 1
    assert [await rows(desk, name) for name in ("attachments", "attachments.files", "attachments.chunks")] == [0, 0, 0]
