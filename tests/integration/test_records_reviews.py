"""Reviews on a real MongoDB: sums that two people add to at once, causes counted once, queues in order, timers."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.records.app import assemble, house_of
from services.records.ports import Query
from services.records.settings import Settings
from services.records.store import MongoRecords, prepare
from shared.chassis.service import Chassis
from shared.contracts.writebacks import PmsChange, WritebackState
from tests.factories.access import knowledge
from tests.factories.front_desk import HOTELS, POLICY, STAFF, Caller, ruled
from tests.factories.guest_events import stay_told, writeback_told
from tests.factories.guest_records import NOW, stay
from tests.factories.records import SCOPE
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration

COT = {
    "property_id": "resort",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "22:00"},
}
PARTS = {"cause": "not_available", "unusual": "None left", "guest_impact": "Sleeps badly"}


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


async def ok(reply: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert reply.status_code == status, reply.text
    body: dict[str, Any] = reply.json()
    return body


async def checked(who: Caller, **changed: Any) -> dict[str, Any]:
    record = await ok(await who.post("/v1/records", COT | changed), 201)
    record = await ok(await who.act(record, "accept"))
    return await ok(await who.act(record, "check-value"))


async def rule(http: httpx.AsyncClient, **rules: Any) -> None:
    await ruled(http, rules)


async def investigations(desk: Standing) -> int:
    return len((await MongoRecords(desk.chassis.mongo).page(SCOPE, Query(NOW, kind="investigation"))).states)


async def test_sum_is_never_passed_unseen_when_many_ask_on_one_stay_at_once(desk: Standing) -> None:
    await desk.hears(stay_told(stay()))
    async with desk.client() as http:
        await rule(http, kinds={"guest_request": {"tiers": [{"above": 5_000, "role": "supervisor"}]}})
        people = [Caller(http, name) for name in ("ana", "rui", "sofia") for _ in range(4)]
        opened = [
            await checked(who, room=str(place), stay_id=stay().id, insist="Each has a bed of their own")
            for place, who in enumerate(people)
        ]
        line = {"kind": "refund", "amount": {"amount": 2_000, "currency": "EUR"}, "reason": "Goodwill"}
        pairs = zip(people, opened, strict=True)
        told = await asyncio.gather(*(who.act(record, "lines", line) for who, record in pairs))
    records = [await ok(reply) for reply in told]
    posted = sum(one["amount"]["amount"] for record in records for one in record["money"])
    waiting = sum(len(record["proposals"]) for record in records)
    assert (posted, waiting) == (4_000, 10)


async def test_sum_of_a_day_is_never_passed_unseen_when_one_person_asks_in_many_sessions(desk: Standing) -> None:
    async with desk.client() as http:
        await rule(http, kinds={"guest_request": {"tiers": [{"above": 5_000, "role": "supervisor"}]}})
        ana = Caller(http)
        opened = [await checked(ana, room=str(place)) for place in range(10)]
        line = {"kind": "refund", "amount": {"amount": 2_000, "currency": "EUR"}, "reason": "Goodwill"}
        told = await asyncio.gather(*(ana.act(record, "lines", line) for record in opened))
    records = [await ok(reply) for reply in told]
    assert sum(len(record["money"]) for record in records) == 2


async def test_one_investigation_is_opened_when_a_cause_comes_back_many_times_at_once(desk: Standing) -> None:
    async with desk.client() as http:
        await rule(http, kinds={"guest_request": {"repeats": {"count": 4, "window_s": 86_400}}})
        ana = Caller(http)
        opened = [await checked(ana, room=str(place)) for place in range(6)]
        await asyncio.gather(*(ana.act(record, "exceptions", PARTS) for record in opened))
        await asyncio.gather(desk.fires(), desk.fires())
        await desk.fires()
        assert await investigations(desk) == 1
        [found] = (await MongoRecords(desk.chassis.mongo).page(SCOPE, Query(NOW, kind="investigation"))).states
        assert (len(found.links), found.fields["times"]) == (6, 6)
        again = await checked(ana, room="99")
        await ok(await ana.act(again, "exceptions", PARTS))
        await desk.fires()
    assert await investigations(desk) == 1


async def test_queues_page_in_order_and_stay_inside_the_caller_s_hotels(desk: Standing) -> None:
    async with desk.client() as http:
        ana, sofia = Caller(http), Caller(http, "sofia")
        asked = []
        for place in range(5):
            desk.at(NOW + dt.timedelta(minutes=place))
            record = await checked(ana, room=str(place))
            move = {"fields": {"promised_time": "21:30"}, "reason": "Guest asked"}
            asked.append((await ok(await ana.act(record, "edit", move)))["id"])
        seen: list[str] = []
        after = None
        for _ in range(3):
            page = await ok(await sofia.get("/v1/proposals", limit=2, **({"after": after} if after else {})))
            seen += [each["record"]["id"] for each in page["proposals"]]
            after = page["next"]
        others = await ok(await Caller(http, "carl").get("/v1/proposals"))
    assert (seen, others["proposals"]) == (asked, [])


async def test_clock_lets_proposals_and_waits_end_once(desk: Standing) -> None:
    async with desk.client() as http:
        ana = Caller(http)
        record = await checked(ana)
        move = {"fields": {"promised_time": "21:30"}, "reason": "Guest asked"}
        record = await ok(await ana.act(record, "edit", move))
        block = {"reason": {"code": "part"}, "waits_for": "supplier", "until": "2026-07-01T10:00:00Z"}
        record = await ok(await ana.act(record, "block", block))
        desk.at(NOW + dt.timedelta(hours=1))
        assert await desk.fires() == 1
        desk.at(NOW + dt.timedelta(days=1))
        assert (await desk.fires(), await desk.fires()) == (1, 0)
    assert (await desk.said(record["id"]))[-2:] == ["record.wait_ended.v1", "record.proposal_expired.v1"]


async def test_write_back_is_settled_once_when_its_answer_comes_again(desk: Standing) -> None:
    booked = stay(room="214")
    await desk.hears(stay_told(booked))
    async with desk.client() as http:
        sofia, gil = Caller(http, "sofia"), Caller(http, "gil")
        record = await checked(sofia, stay_id=booked.id)
        ask = {"field": "room", "value": "317", "reason": "Noise"}
        record = await ok(await sofia.act(record, "writebacks", ask))
        path = f"proposals/{record['proposals'][0]['id']}/decide"
        record = await ok(await gil.act(record, path, {"approve": True, "reason": "Fine"}))
        change = PmsChange.model_validate(record["writebacks"][0])
        for sequence in (2, 3):
            await desk.hears(writeback_told(record["id"], change, WritebackState.DONE, sequence=sequence))
        record = await ok(await sofia.get(f"/v1/records/{record['id']}"))
    assert record["writebacks"][0]["state"] == "done"
    assert (await desk.said(record["id"])).count("record.writeback_settled.v1") == 1
