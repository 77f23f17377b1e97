"""What somebody waits for is read in two seconds or not at all (S26); what nobody waits for may take longer."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from starlette.types import Message, Receive, Scope, Send

from shared.chassis.mongo import Collection, DatabaseError, Document, Mongo
from shared.chassis.patience import Patience

pytestmark = pytest.mark.integration
SLOW = {"$where": "sleep(2400) || true"}
Read = Callable[[Collection], Awaitable[object]]
READS: dict[str, Read] = {
    "find": lambda rows: rows.find(SLOW),
    "find_one": lambda rows: rows.find_one(SLOW),
}


@pytest.fixture(params=["pymongo", "motor"])
async def rows(request: pytest.FixtureRequest, mongo_url: str, database_name: str) -> AsyncIterator[Collection]:
    """A collection with one document, by each driver."""
    made = Mongo(mongo_url, database_name, request.param)
    await made.collection("rows").insert_one({"_id": 1})
    yield made.collection("rows")
    await made.close()


async def asked(path: str, work: Callable[[], Awaitable[object]]) -> object:
    """What a request on a path reads."""
    found: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(await work())

    async def nothing() -> Message:
        return {}

    async def unheard(_: Message) -> None:
        return

    await Patience(app)({"type": "http", "path": path}, nothing, unheard)
    return found[0]


@pytest.mark.parametrize("read", ["find", "find_one"])
async def test_read_of_a_request_ends_after_two_seconds(rows: Collection, read: str) -> None:
    with pytest.raises(DatabaseError):
        await asked("/v1/records", lambda: READS[read](rows))
    document: Document = {"_id": 1}
    assert await asked("/v1/records", lambda: rows.find({"_id": 1})) == [document]
    assert await asked("/v1/records", lambda: rows.count({})) == 1
    assert await asked("/v1/records", lambda: rows.distinct("_id", {})) == [1]
    assert await asked("/v1/records", lambda: rows.aggregate([{"$match": {}}])) == [document]


async def test_read_of_a_job_or_an_operator_goes_on(rows: Collection) -> None:
    assert await rows.find(SLOW) == [{"_id": 1}]
    assert await asked("/ops/v1/retention", lambda: rows.find(SLOW)) == [{"_id": 1}]
