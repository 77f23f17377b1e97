"""Hotel rules on a real MongoDB: what waits comes into force by the clock and by a timer, one of many decides."""

import asyncio
import datetime as dt
import itertools
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.records.app import assemble, house_of
from services.records.domain import rulebook
from services.records.domain.rulebook import Head, RuleVersion, VersionState
from services.records.domain.rules import PropertyRules
from services.records.settings import Settings
from services.records.store import MongoRules, prepare
from shared.chassis.mongo import Duplicate, Mongo, Tx
from shared.chassis.recent import RECENT_S
from shared.chassis.service import Chassis
from shared.contracts.values import iso
from tests.factories.access import knowledge
from tests.factories.front_desk import HOTELS, POLICY, STAFF, Caller, ruled
from tests.factories.guest_records import NOW
from tests.factories.records import SCOPE
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration

QUIET = {"kinds": {"guest_request": {"limits": [{"rule": "quiet", "field": "promised_time", "at_most": "20:00"}]}}}
COT = {
    "property_id": "resort",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "22:00"},
}
URL = "/v1/rules/resort"


async def standing_on(mongo_url: str, name: str, driver: str) -> Standing:
    """The records service of the demo chain; started again on the same database it is the one after a restart."""
    settings = Settings(mongo_url=mongo_url, mongo_database=name, mongo_driver=driver, kafka_servers=NO_BROKER)
    chassis = Chassis(settings)
    standing = Standing(chassis, assemble(chassis, house_of(chassis)))
    await prepare(chassis.mongo)
    await standing.prepare(knowledge(STAFF, POLICY.grants, *HOTELS))
    standing.at(NOW)
    return standing


@pytest.fixture(params=["pymongo", "motor"])
async def desk(request: pytest.FixtureRequest, mongo_url: str, database_name: str) -> AsyncIterator[Standing]:
    desk = await standing_on(mongo_url, database_name, request.param)
    yield desk
    await desk.chassis.mongo.close()


async def refusals(http: httpx.AsyncClient) -> list[str]:
    reply = await Caller(http, "ana").post("/v1/records", COT)
    return [each["rule"] for each in reply.json().get("breaches", ())]


async def verbs(desk: Standing) -> list[str]:
    return [name.split(".")[1] for name in await desk.said("rules:demo:resort")]


async def test_version_that_waits_comes_into_force_after_a_restart_too(
    desk: Standing, mongo_url: str, database_name: str
) -> None:
    day = NOW + dt.timedelta(days=3)
    async with desk.client() as http:
        await ruled(http, QUIET, effective_from=iso(day))
        assert await refusals(http) == []
    again = await standing_on(mongo_url, database_name, "pymongo")
    again.at(day)
    async with again.client() as http:
        assert await refusals(http) == ["quiet"]
        assert await again.fires() == 1
        assert await verbs(again) == ["proposed", "approved", "published"]
        assert await again.fires() == 0
        shown = (await Caller(http, "gil").get("/v1/rules", property="resort")).json()
        versions = (await Caller(http, "gil").get(f"{URL}/versions")).json()["versions"]
    assert (shown["version"], shown["revision"], shown["waiting"]) == (2, 4, [])
    assert [(each["version"], each["in_force"], each["reason"]) for each in versions] == [
        (2, True, "Asked for by the house")
    ]
    await again.chassis.mongo.close()


async def test_one_of_many_decisions_and_proposals_at_once_is_made(desk: Standing) -> None:
    async with desk.client() as http:
        gil, clara, cora = (Caller(http, name) for name in ("gil", "clara", "cora"))
        body: dict[str, Any] = {"rules": QUIET, "reason": "Quiet"}
        made = await asyncio.gather(*(gil.put(URL, body, version=1) for _ in range(6)))
        assert sorted(each.status_code for each in made) == [200, *[412] * 5]
        ruling, path = {"approve": True, "reason": "Agreed"}, f"{URL}/versions/2/decide"
        done = await asyncio.gather(*(who.post(path, ruling, version=2) for who in (clara, cora) * 3))
    assert sorted(each.status_code for each in done) == [200, *[412] * 5]
    assert await verbs(desk) == ["proposed", "approved", "published"]


async def test_rules_changed_elsewhere_hold_here_when_a_second_is_over(
    desk: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = MongoRules(desk.chassis.mongo), MongoRules(desk.chassis.mongo)
    assert await here.recent(SCOPE, "resort", NOW) == []
    made = version(2)
    await put(desk.chassis.mongo, elsewhere, made, made.model_copy(update={"seq": 2, "digest": "1" * 64}))
    [changed] = await elsewhere.recent(SCOPE, "resort", NOW)
    assert changed.digest == "1" * 64
    later = time.monotonic() + RECENT_S
    monkeypatch.setattr(here._recent, "_monotonic", lambda: later)
    assert await here.recent(SCOPE, "resort", NOW) == [changed]


def version(number: int, hours: int = 0, **given: Any) -> RuleVersion:
    made = rulebook.propose("resort", Head(last=number - 1, seq=number), PropertyRules(), "gil", NOW)
    starts = {"state": VersionState.APPROVED, "starts_at": NOW + dt.timedelta(hours=hours)}
    return made.model_copy(update={**starts, **given})


async def put(mongo: Mongo, store: MongoRules, *versions: RuleVersion) -> None:
    """Keep a version, and what became of it."""

    async def work(tx: Tx) -> None:
        await store.add(SCOPE, versions[0], tx)
        for before, after in itertools.pairwise(versions):
            await store.replace(SCOPE, before, after, tx)

    await mongo.run(work)


async def test_store_gives_what_stands_and_what_waits_and_nothing_of_others(desk: Standing) -> None:
    store = MongoRules(desk.chassis.mongo)
    for made in (
        version(2, -9),
        version(3, -1),
        version(4, 5),
        version(5, 1),
        version(6, 2, state=VersionState.PROPOSED),
    ):
        await put(desk.chassis.mongo, store, made)
    assert [each.version for each in await store.standing(SCOPE, "resort", NOW)] == [3, 5, 4]
    assert await store.standing(SCOPE, "city", NOW) == []
    head = await store.head(SCOPE, "resort", NOW)
    assert (head.last, head.base, head.open) == (6, 5, 3)
    assert [each.version for each in await store.page(SCOPE, "resort", 5, 2)] == [4, 3]
    with pytest.raises(Duplicate):
        await put(desk.chassis.mongo, store, version(6))
