"""One Idempotency-Key over HTTP, many times at once: one effect, another body refused, another caller apart (S47)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from services.records.app import assemble, house_of
from services.records.settings import Settings
from services.records.store import prepare
from shared.chassis.service import Chassis
from tests.factories.access import knowledge
from tests.factories.front_desk import HOTELS, POLICY, STAFF, Caller
from tests.factories.guest_records import NOW
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration
COT = {"property_id": "resort", "kind": "guest_request", "room": "214", "fields": {"topic": "baby_cot"}}
AT_ONCE = 8


@pytest.fixture
async def desk(mongo_url: str, database_name: str) -> AsyncIterator[Standing]:
    """The records service of the demo chain."""
    chassis = Chassis(Settings(mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER))
    standing = Standing(chassis, assemble(chassis, house_of(chassis)))
    await prepare(chassis.mongo)
    await standing.prepare(knowledge(STAFF, POLICY.grants, *HOTELS))
    standing.at(NOW)
    yield standing
    await chassis.mongo.close()


async def opened(desk: Standing) -> list[str]:
    """The records there are, by id."""
    return [row["_id"] for row in await desk.chassis.mongo.collection("records").find({})]


def told(answers: list[httpx.Response]) -> Counter[tuple[int, str]]:
    """Status and code of each."""
    return Counter((one.status_code, one.json().get("code", "")) for one in answers)


async def test_one_command_sent_many_times_at_once_has_one_effect(desk: Standing) -> None:
    async with desk.client() as http:
        ana = Caller(http, "ana")
        answers = await asyncio.gather(*(ana.post("/v1/records", COT, key="same-key-1") for _ in range(AT_ONCE)))
        again = await ana.post("/v1/records", COT, key="same-key-1")
    [record] = await opened(desk)
    assert set(told(answers)) <= {(201, ""), (409, "in_flight")}
    assert {one.json()["id"] for one in answers if one.status_code == 201} == {record}
    assert [one.headers.get("idempotency-replayed") for one in answers if one.status_code == 201].count(None) == 1
    assert (again.status_code, again.json()["id"], again.headers["idempotency-replayed"]) == (201, record, "true")
    events = await desk.chassis.mongo.collection("events").find({"agg": record})
    assert len(events) == len({row["ver"] for row in events})


async def test_one_key_with_many_bodies_at_once_carries_one_of_them_out(desk: Standing) -> None:
    async with desk.client() as http:
        ana = Caller(http, "ana")
        bodies = [COT | {"room": f"2{number:02}"} for number in range(AT_ONCE)]
        answers = await asyncio.gather(*(ana.post("/v1/records", body, key="same-key-2") for body in bodies))
    assert len(await opened(desk)) == 1
    said = told(answers)
    assert said[(201, "")] == 1
    assert set(said) <= {(201, ""), (422, "idempotency_key_reused"), (409, "in_flight")}


async def test_one_key_of_two_people_at_once_is_two_commands(desk: Standing) -> None:
    async with desk.client() as http:
        callers = [Caller(http, name) for name in ("ana", "rui")]
        answers = await asyncio.gather(*(one.post("/v1/records", COT, key="same-key-3") for one in callers))
    assert told(answers) == {(201, ""): 2}
    assert len(await opened(desk)) == 2


async def test_one_move_sent_many_times_at_once_moves_the_record_once(desk: Standing) -> None:
    async with desk.client() as http:
        ana = Caller(http, "ana")
        record = (await ana.post("/v1/records", COT)).json()
        path, at = f"/v1/records/{record['id']}/accept", record["version"]
        answers = await asyncio.gather(*(ana.post(path, {}, key="same-key-4", version=at) for _ in range(AT_ONCE)))
    assert set(told(answers)) <= {(200, ""), (409, "in_flight")}
    assert {one.json()["version"] for one in answers if one.status_code == 200} == {at + 1}
