"""Lists on a real MongoDB, on either driver: the same answers as in memory, every page once and in order."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.records.app import assemble, house_of
from services.records.settings import Settings
from services.records.store import prepare
from shared.chassis.service import Chassis
from tests.factories.access import knowledge
from tests.factories.desk_work import done, opened
from tests.factories.front_desk import HOTELS, POLICY, STAFF, Caller
from tests.factories.guest_events import message_told, stay_told
from tests.factories.guest_records import NOW, stay
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration
TOWELS = {"topic": "extra_towels", "promised_time": "10:00"}


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


async def cards(caller: Caller, **asked: Any) -> list[dict[str, Any]]:
    reply = await caller.get("/v1/records", **asked)
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()["cards"]
    return found


async def test_records_are_found_as_in_memory(desk: Standing) -> None:
    async with desk.client() as http:
        ana = Caller(http)
        made = {"cot": await opened(ana), "towels": await opened(ana, room="215", fields=TOWELS)}
        await done(ana, made["towels"], "watch")
        made["cot"] = await done(ana, made["cot"], "questions", {"text": "Free?", "to_department": "housekeeping"})
        made["cot"] = await done(ana, made["cot"], "block", {"waits_for": "other", "reason": {"code": "no_bed"}})
        made["part"] = await opened(ana, kind="preference_note", room="9", fields={"topic": "bed"})
        names = {record["id"]: name for name, record in made.items()}
        asked: dict[tuple[tuple[str, str], ...], set[str]] = {
            (("text", "baby"),): {"cot"},
            (("text", "request extra"),): {"towels"},
            (("text", "baby extra"),): set(),
            (("text", "silva"),): set(),
            (("room", "215"),): {"towels"},
            (("watcher", "me"),): {"towels"},
            (("watcher", "sofia"),): set(),
            (("unanswered", "department"),): {"cot"},
            (("unanswered", "me"),): set(),
            (("status", "blocked"),): {"cot"},
            (("workflow", "guest_experience"), ("status", "new")): {"towels", "part"},
            (("due_to", NOW.isoformat()),): set(),
            (("property", "resort"), ("sort", "-changed")): {"cot", "towels", "part"},
        }
        found = {each: {names[card["id"]] for card in await cards(ana, **dict(each))} for each in asked}
        put = (await ana.get("/v1/questions")).json()["questions"]
    assert found == asked
    assert [(each["record_id"], each["text"]) for each in put] == [(made["cot"]["id"], "Free?")]


@pytest.mark.parametrize("sort", ["due", "-due", "opened", "-opened", "changed", "-changed"])
async def test_pages_hold_every_record_once_in_order(desk: Standing, sort: str) -> None:
    async with desk.client() as http:
        ana = Caller(http)
        for room in range(101, 108):
            desk.at(NOW + dt.timedelta(minutes=room % 3))
            await opened(ana, room=str(room))
        whole = [card["id"] for card in await cards(ana, sort=sort)]
        paged: list[str] = []
        after: dict[str, str] = {}
        for _ in range(4):
            page = (await ana.get("/v1/records", sort=sort, limit=2, **after)).json()
            paged += [card["id"] for card in page["cards"]]
            after = {"after": page["next"] or ""}
    assert (paged, len(set(paged))) == (whole, 7)


async def test_question_asked_again_counts_once_on_its_first_record(desk: Standing) -> None:
    booked = stay()
    await desk.hears(stay_told(booked))
    asks = {"stay_id": booked.id, "topic_code": "baby_cot"}
    await desk.hears(*(message_told("received", id=f"message-{number}", **asks) for number in range(3)))
    async with desk.client() as http:
        ana = Caller(http)
        found = await cards(ana, stay_id=booked.id, kind="guest_request")
        again = {
            "property_id": "resort",
            "kind": "guest_request",
            "stay_id": booked.id,
            "fields": {"topic": "baby_cot"},
        }
        refused = await ana.post("/v1/records", again)
        second = await ana.post("/v1/records", again | {"insist": "Two cots"})
    assert [card["repeats"] for card in found] == [2]
    assert (refused.status_code, second.status_code) == (409, 201)
