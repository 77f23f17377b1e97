"""Lines for an offer on a real MongoDB: one of fifty gets the last place, whoever decides beside, whoever is killed."""

import asyncio
import datetime as dt
import json
from typing import Any

import httpx
import pytest

from shared.contracts.stays import Stay
from tests.factories.front_desk import Caller
from tests.factories.standing import Standing
from tests.integration.test_selling import (
    RACERS,
    acted,
    claims,
    entered,
    insisted,
    killed,
    mirrored,
    published,
    settings,
    stand,
)
from tests.integration.test_selling import stays as some

pytestmark = pytest.mark.integration

HOUR = dt.datetime(2026, 7, 11, 13, 0, tzinfo=dt.UTC)
BIDS: dict[str, Any] = {"way": "bid", "decided_at": "14:00", "capacity": 1, "notice_hours": 0, "ceiling": None}
WHY = {"reason": {"code": "asked_by_guest"}}


def bid(amount: int) -> dict[str, Any]:
    return {"price": {"amount": amount, "currency": "EUR"}} | WHY


async def offered(http: httpx.AsyncClient, offer: dict[str, Any], of: Stay) -> dict[str, Any]:
    return await acted(Caller(http), await entered(http, offer, of.id), ("approve", {}))


async def bidding(desk: Standing, http: httpx.AsyncClient, count: int) -> list[dict[str, Any]]:
    """Records of many guests for one place, each bidding more than the one before, all at once."""
    await mirrored(desk, *some(count))
    offer = await published(http, **BIDS)
    records = [await offered(http, offer, each) for each in some(count)]
    ana = Caller(http)
    replies = await asyncio.gather(*(ana.act(one, "place-bid", bid(5_000 + n)) for n, one in enumerate(records)))
    assert {reply.status_code for reply in replies} == {200}
    return [reply.json() for reply in replies]


async def ends(desk: Standing) -> dict[str, str]:
    rows = await desk.chassis.mongo.collection("records").find({"state.kind": "pre_arrival_offer"})
    return {row["_id"]: row["state"]["outcome"] for row in rows}


async def charges(desk: Standing) -> list[str]:
    asked = await desk.chassis.mongo.collection("events").find({"type": "record.posting_requested.v1"})
    return [row["agg"] for row in asked]


async def test_highest_of_fifty_bids_gets_the_only_place_when_two_replicas_decide_at_once(
    mongo_url: str, database_name: str
) -> None:
    desk = await stand(settings(mongo_url, database_name))
    beside = await stand(settings(mongo_url, database_name))
    async with desk.client() as http:
        records = await bidding(desk, http, RACERS)
        for each in (desk, beside):
            each.at(HOUR)
        racing = asyncio.gather(desk.fires(), beside.fires(), return_exceptions=True)
        # A person wants to give the same place to the lowest bid at this moment.
        granted = await Caller(http).act(records[0], "grant-sale", WHY)
        await racing
        for _ in range(3):
            await desk.fires()
    found = await ends(desk)
    won = [record for record, outcome in found.items() if outcome == "fulfilled"]
    # Whoever came first, the person or the hour: nobody else has it.
    assert won == [{True: records[0], False: records[-1]}[granted.status_code == 200]["id"]]
    assert sorted(set(found.values())) == ["declined", "fulfilled"]
    assert [row["record_id"] for row in await claims(desk)] == won
    assert await charges(desk) == won
    assert await desk.chassis.mongo.collection("standby").find({}) == []
    for each in (desk, beside):
        await each.chassis.mongo.close()


async def test_killed_while_the_line_is_decided_leaks_nothing_and_is_decided_by_the_next(
    mongo_url: str, database_name: str, tmp_path: Any
) -> None:
    desk = await stand(settings(mongo_url, database_name))
    async with desk.client() as http:
        records = await bidding(desk, http, 3)
        where = ("decide", HOUR.isoformat())
        for point in ("timer.in_transaction", "timer.committed"):
            await asyncio.to_thread(killed, mongo_url, database_name, tmp_path / point, point, *where)
            committed = point == "timer.committed"
            assert [row["record_id"] for row in await claims(desk)] == [records[-1]["id"]] * committed
        desk.at(HOUR)
        await desk.fires()
    assert await charges(desk) == [records[-1]["id"]]
    assert sorted((await ends(desk)).values()) == ["declined", "declined", "fulfilled"]
    await desk.chassis.mongo.close()


async def test_place_is_free_when_killed_between_claim_and_commit_of_a_grant(
    mongo_url: str, database_name: str, tmp_path: Any
) -> None:
    desk = await stand(settings(mongo_url, database_name))
    async with desk.client() as http:
        dying, other = await bidding(desk, http, 2)
        where = ("grant-sale", json.dumps({name: dying[name] for name in ("id", "version")}))
        await asyncio.to_thread(killed, mongo_url, database_name, tmp_path, "command.in_transaction", *where)
        assert await claims(desk) == []
        reply = await insisted(Caller(http), other, "grant-sale", WHY)
        assert (reply.status_code, [row["record_id"] for row in await claims(desk)]) == (200, [other["id"]])
    await desk.chassis.mongo.close()
