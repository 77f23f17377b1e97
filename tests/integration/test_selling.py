"""Selling on a real MongoDB: one of many gets the last slot, no point is spent twice, no guest is written to twice."""

import asyncio
import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.records.api.campaigns import APPROVE, TERMS
from services.records.api.campaigns import NEW as NEW_CAMPAIGN
from services.records.api.offers import NEW, NEXT, SPA
from services.records.app import assemble, house_of
from services.records.settings import Settings
from services.records.store import prepare
from services.records.usecases import launching
from services.records.usecases.launching import Launching
from shared.chassis.mongo import Tx
from shared.chassis.service import Chassis
from shared.contracts.stays import Stay
from tests.factories.access import knowledge
from tests.factories.front_desk import HOTELS, POLICY, STAFF, Caller
from tests.factories.guest_events import message_told, stay_told
from tests.factories.guest_records import NOW, stay
from tests.factories.records import SCOPE
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration

RACERS = 50
ROOT = Path(__file__).parents[2]
PROMISED = (("accept", {}), ("check-value", {}))
SOLD = {"outcome": "fulfilled", "fields": {"guest_answer": "accepted"}, "reason": "They know."}
BODIES = {"complete": SOLD, "grant-sale": {"reason": {"code": "place_is_free"}}}


def settings(mongo_url: str, database: str, driver: str = "pymongo") -> Settings:
    return Settings(mongo_url=mongo_url, mongo_database=database, mongo_driver=driver, kafka_servers=NO_BROKER)


async def stand(told: Settings) -> Standing:
    chassis = Chassis(told)
    standing = Standing(chassis, assemble(chassis, house_of(chassis)))
    await prepare(chassis.mongo)
    await standing.prepare(knowledge(STAFF, POLICY.grants, *HOTELS))
    standing.at(NOW)
    return standing


@pytest.fixture(params=["pymongo", "motor"])
async def desk(request: pytest.FixtureRequest, mongo_url: str, database_name: str) -> AsyncIterator[Standing]:
    """The records service of the demo chain, on either driver."""
    standing = await stand(settings(mongo_url, database_name, request.param))
    yield standing
    await standing.chassis.mongo.close()


def stays(count: int) -> list[Stay]:
    return [stay(id=f"stay-{n:03}", guest_id=f"guest-{n:03}", reservation=f"R{n}") for n in range(count)]


async def mirrored(desk: Standing, *told: Stay) -> None:
    async def work(tx: Tx) -> None:
        await house_of(desk.chassis).stays.keep(SCOPE, told, tx)

    await desk.chassis.mongo.run(work)


async def published(http: httpx.AsyncClient, **changed: Any) -> dict[str, Any]:
    reply = await Caller(http, "rita").post("/v1/offers", NEW | {"property_id": "resort", "terms": SPA | changed})
    assert reply.status_code == 201, reply.text
    shown: dict[str, Any] = reply.json()
    return shown


async def acted(caller: Caller, record: dict[str, Any], *acts: tuple[str, Any]) -> dict[str, Any]:
    for action, body in acts:
        reply = await caller.act(record, action, body)
        assert reply.status_code == 200, reply.text
        record = reply.json()
    return record


async def entered(http: httpx.AsyncClient, offer: dict[str, Any], of: str) -> dict[str, Any]:
    body = {"property_id": "resort", "kind": "pre_arrival_offer", "stay_id": of, "fields": {"offer": "spa"}}
    reply = await Caller(http).post("/v1/records", body | {"offer_id": offer["id"]})
    assert reply.status_code == 201, reply.text
    return await acted(Caller(http), reply.json(), *PROMISED)


async def claims(desk: Standing) -> list[dict[str, Any]]:
    return await desk.chassis.mongo.collection("claims").find({})


async def insisted(caller: Caller, record: dict[str, Any], action: str, body: Any) -> httpx.Response:
    """Act, and again under a fresh key while it is only told to try again: a clash is no answer."""
    while True:
        reply = await caller.act(record, action, body)
        if reply.status_code != 503 and reply.json().get("code") != "in_flight":
            return reply


@pytest.mark.parametrize("capacity", [1, 7])
async def test_slots_go_to_as_many_as_there_are_when_fifty_want_them_at_once(desk: Standing, capacity: int) -> None:
    await mirrored(desk, *stays(RACERS))
    async with desk.client() as http:
        offer = await published(http, capacity=capacity)
        records = [await entered(http, offer, each.id) for each in stays(RACERS)]
        ana = Caller(http)
        records = [await acted(ana, record, ("approve", {})) for record in records]
        replies = await asyncio.gather(*(insisted(ana, record, "complete", SOLD) for record in records))
        told = await ana.post(f"/v1/offers/{offer['id']}/price", {"stay_id": records[0]["stay_id"]})
    won = [reply.json() for reply in replies if reply.status_code == 200]
    assert len(won) == capacity
    assert {reply.json()["code"] for reply in replies if reply.status_code != 200} == {"sold_out"}
    rows = await claims(desk)
    assert sorted(row["slot"] for row in rows) == list(range(capacity))
    assert {row["record_id"] for row in rows} == {record["id"] for record in won}
    assert not told.json()["eligible"]


async def test_slot_of_a_cancelled_sale_is_sold_again(desk: Standing) -> None:
    first, second = stays(2)
    await mirrored(desk, first, second)
    async with desk.client() as http:
        offer, ana = await published(http, capacity=1), Caller(http)
        record = await acted(ana, await entered(http, offer, first.id), ("approve", {}), ("complete", SOLD))
        body = {"property_id": "resort", "kind": "pre_arrival_offer", "stay_id": second.id, "fields": {"offer": "spa"}}
        full = await ana.post("/v1/records", body | {"offer_id": offer["id"]})
        assert full.json()["code"] == "sold_out"
        await acted(Caller(http, "gil"), record, ("cancel-sale", {"reason": "They are ill."}))
        other = await acted(ana, await entered(http, offer, second.id), ("approve", {}), ("complete", SOLD))
    assert [row["record_id"] for row in await claims(desk)] == [other["id"]]


async def test_points_are_never_overspent_when_fifty_redeem_at_once(desk: Standing) -> None:
    await mirrored(desk, stay())
    async with desk.client() as http:
        ana = Caller(http)
        body: dict[str, Any] = {"property_id": "resort", "kind": "loyalty_action", "stay_id": stay().id}
        grant = (await ana.post("/v1/records", body | {"fields": {"action": "points", "points": 500}})).json()
        await acted(ana, grant, ("accept", {}), ("complete", {"outcome": "fulfilled"}))
        records = []
        for _ in range(RACERS):
            redeem = (await ana.post("/v1/records", body | {"fields": {"action": "redeem", "points": 100}})).json()
            records.append(await acted(ana, redeem, ("accept", {})))
        done = {"outcome": "fulfilled"}
        replies = await asyncio.gather(*(insisted(ana, record, "complete", done) for record in records))
        told = (await ana.get(f"/v1/guests/{stay().guest_id}/points", limit=200)).json()
    assert sum(reply.status_code == 200 for reply in replies) == 5
    assert {reply.json()["code"] for reply in replies if reply.status_code != 200} == {"balance_too_low"}
    assert (told["balance"], [each["balance"] for each in told["entries"]]) == (0, [0, 100, 200, 300, 400, 500])


async def test_catalogue_keeps_every_version_and_one_of_many_publishers_wins(desk: Standing) -> None:
    async with desk.client() as http:
        offer = await published(http)
        rita, path = Caller(http, "rita"), f"/v1/offers/{offer['id']}"
        replies = await asyncio.gather(*(rita.put(path, NEXT, version=1) for _ in range(12)))
        assert sorted(reply.status_code for reply in replies)[0] == 200
        assert sum(reply.status_code == 200 for reply in replies) == 1
        assert (await rita.get(path)).json()["version"] == 2
        assert (await rita.get(path, version=1)).json()["terms"]["price"]["amount"] == 6000
        listed = (await rita.get("/v1/offers", property="resort", limit=1)).json()
        assert [each["version"] for each in listed["offers"]] == [2]
    assert await desk.said(offer["id"]) == ["offer.published.v1"] * 2


async def campaign_running(http: httpx.AsyncClient, offer: dict[str, Any]) -> dict[str, Any]:
    terms = TERMS | {"arms": [{"code": "plain", "offer_id": offer["id"]}], "days": -14}
    rita, gil = Caller(http, "rita"), Caller(http, "gil")
    draft = (await rita.post("/v1/campaigns", NEW_CAMPAIGN | {"property_id": "resort", "terms": terms})).json()
    reply = await gil.post(f"/v1/campaigns/{draft['id']}/approve", APPROVE, version=1)
    assert reply.status_code == 200, reply.text
    shown: dict[str, Any] = reply.json()
    return shown


async def test_campaign_writes_to_each_stay_once_by_two_that_run_it_together(
    desk: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launching, "BATCH", 3)
    await mirrored(desk, *stays(10))
    async with desk.client() as http:
        campaign = await campaign_running(http, await published(http, capacity=20))
        launches = [Launching(house_of(desk.chassis)) for _ in range(2)]
        await asyncio.gather(*(launch() for launch in launches), return_exceptions=True)
        for _ in range(3):
            await launches[0]()
        answer: dict[str, Any] = {"stay_id": "stay-004", "guest_id": "guest-004", "topic_code": "spa_day"}
        await desk.hears(message_told("received", answer="accepted", **answer))
        await desk.hears(stay_told(stays(1)[0], 2, "changed"))
        [arm] = (await Caller(http).get(f"/v1/campaigns/{campaign['id']}/results")).json()["arms"]
        told = (await Caller(http).get(f"/v1/campaigns/{campaign['id']}/preview")).json()
    rows = await desk.chassis.mongo.collection("records").find({"campaign": campaign["id"]})
    assert sorted(row["stay_id"] for row in rows) == [each.id for each in stays(10)]
    assert (arm["sent"], arm["answered"], arm["sold"], arm["revenue"]["amount"]) == (10, 1, 1, 12_000)
    assert (told["looked_at"], told["complete"]) == (10, True)
    asked = await desk.chassis.mongo.collection("events").find({"type": "record.message_requested.v1"})
    assert len(asked) == 10


VICTIM = """
import asyncio, datetime as dt, json, sys
from tests.integration.test_selling import BODIES, Caller, settings, stand, launched
async def main(url, database, act, record):
    desk = await stand(settings(url, database))
    if act == "launch":
        await launched(desk)
    elif act == "decide":
        desk.at(dt.datetime.fromisoformat(record))
        await desk.fires()
    else:
        async with desk.client() as http:
            await Caller(http).act(json.loads(record), act, BODIES[act])
asyncio.run(main(*sys.argv[1:]))
"""


async def launched(desk: Standing) -> None:
    """Run campaigns once in this process, which may be killed on the way."""
    await Launching(house_of(desk.chassis))()


def killed(mongo_url: str, database: str, folder: Path, point: str, *args: str) -> None:
    """Another process does it, and kills itself with signal 9 at a fault point."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / point).write_text("kill")
    command = [sys.executable, "-c", VICTIM, mongo_url, database, *args]
    told = subprocess.run(command, cwd=ROOT, env=os.environ | {"BELLBOARD_FAULT_POINTS": str(folder)}, check=False)
    assert told.returncode == -signal.SIGKILL


async def test_slot_is_not_leaked_when_killed_between_claim_and_commit(
    mongo_url: str, database_name: str, tmp_path: Path
) -> None:
    desk = await stand(settings(mongo_url, database_name))
    first, second = stays(2)
    await mirrored(desk, first, second)
    async with desk.client() as http:
        offer, ana = await published(http, capacity=1), Caller(http)
        dying = await acted(ana, await entered(http, offer, first.id), ("approve", {}))
        other = await acted(ana, await entered(http, offer, second.id), ("approve", {}))
        where = ("complete", json.dumps({name: dying[name] for name in ("id", "version")}))
        await asyncio.to_thread(killed, mongo_url, database_name, tmp_path, "command.in_transaction", *where)
        assert (await claims(desk), await desk.said(dying["id"])) == ([], await desk.said(other["id"]))
        reply = await insisted(ana, other, "complete", SOLD)
        assert (reply.status_code, [row["record_id"] for row in await claims(desk)]) == (200, [other["id"]])
        late = await insisted(ana, dying, "complete", SOLD)
        assert late.json()["code"] == "sold_out"
    await desk.chassis.mongo.close()


async def test_held_slot_is_free_again_when_its_record_expires(desk: Standing) -> None:
    await mirrored(desk, *stays(1))
    async with desk.client() as http:
        offer = await published(http, capacity=1, instant=False)
        await campaign_running(http, offer)
        await launched(desk)
        answer: dict[str, Any] = {"stay_id": "stay-000", "guest_id": "guest-000", "topic_code": "spa_day"}
        await desk.hears(message_told("received", answer="accepted", **answer))
        assert len(await claims(desk)) == 1
        desk.at(NOW + dt.timedelta(days=30))
        await desk.fires()
    assert await claims(desk) == []
