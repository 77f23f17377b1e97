"""What is over age is let go of in batches and told by count; a rule is simulated before it changes anything."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.integrations.app import assemble as assemble_integrations
from services.integrations.app import parts
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.settings import Settings as IntegrationsSettings
from services.records.app import assemble as assemble_records
from services.records.app import house_of
from services.records.app import kept as kept_by_records
from services.records.settings import Settings as RecordsSettings
from services.records.store import MongoAging, prepare
from shared.chassis.retention import Retaining
from shared.chassis.service import Chassis
from shared.contracts.identity import Role
from shared.contracts.policy import Grant
from shared.contracts.values import Scope
from tests.factories.access import bearer, hotel, knowledge
from tests.factories.bookings import payloads, small_schedule
from tests.factories.desk_work import done, opened
from tests.factories.front_desk import HOTELS, POLICY, STAFF, Caller
from tests.factories.guest_events import stay_told
from tests.factories.guest_records import NOW, stay
from tests.factories.records import CHAIN, NOON, PROPERTY
from tests.factories.staff import TEAM, member
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration
CHIEF = member("staff-chief", Role.CHAIN_ADMIN, properties=None)
GRANT = Grant(roles=(Role.CHAIN_ADMIN,), actions=("status", "retain"), kinds=("operations",))
YEARS = dt.timedelta(days=800)
RULES = "/ops/v1/retention"


@pytest.fixture
async def messages(mongo_url: str, database_name: str) -> AsyncIterator[Standing]:
    """Integrations with three messages of a guest."""
    told: dict[str, Any] = {"mongo_url": mongo_url, "mongo_database": database_name, "kafka_servers": NO_BROKER}
    have = parts(IntegrationsSettings(**told, connections=specs(CHAIN)))
    standing = Standing(have.chassis, assemble_integrations(have))
    await standing.prepare(knowledge([*TEAM, CHIEF], [GRANT], hotel(), hotel("resort")))
    await have.prepare()
    doors = {one.property_id: one.token for one in await have.connections.all(Scope(chain=CHAIN))}
    payload = payloads(small_schedule())[0]
    async with standing.client() as client:
        await client.post(f"/v1/pms/{PROPERTY}/{doors[PROPERTY]}/hotel-bookings/events", json=payload)
        row = await have.chassis.mongo.collection("stays").find_one({})
        assert row is not None
        for number in range(3):
            said = {"stay_id": row["_id"], "topic_code": "other", "text": "Hello", "message_id": f"m-{number}"}
            reply = await client.post(f"/v1/guest-messages/{PROPERTY}/{doors[PROPERTY]}", json=said)
            assert reply.status_code == 202, reply.text
    yield standing
    await have.chassis.mongo.close()


async def texts(standing: Standing) -> int:
    return await standing.chassis.mongo.collection("messages").count({"body.text": {"$ne": None}})


async def told(standing: Standing, verb: str) -> list[dict[str, Any]]:
    rows = await standing.chassis.mongo.collection("events").find({"type": f"retention.{verb}.v1"})
    return [json.loads(bytes(row["value"]))["retention"] for row in rows]


def retaining(standing: Standing) -> Retaining:
    chassis = standing.chassis
    kept = kept_by_records(MongoAging(chassis.mongo))
    return Retaining(chassis.mongo, chassis.outbox, chassis.clock, chassis.policy, "records", kept)


async def test_rule_is_simulated_changed_with_what_was_seen_and_refused_without(messages: Standing) -> None:
    messages.at(NOON + dt.timedelta(days=100))
    headers = bearer(CHIEF, "integrations")
    async with messages.client() as client:
        listed = (await client.get(RULES, headers=headers)).json()
        seen = await client.get(f"{RULES}/message_texts/simulation?days=60", headers=headers)
        body = {"days": 60, "expected": seen.json()["over_age"], "reason": "Agreed in May"}
        short = await client.put(f"{RULES}/message_texts", json=body | {"days": 5}, headers=headers)
        unknown = await client.put(f"{RULES}/nothing", json=body, headers=headers)
        nobody = await client.put(f"{RULES}/message_texts", json=body, headers=bearer(TEAM[0], "integrations"))
        card = await client.put(
            f"{RULES}/message_texts", json=body | {"reason": "4111 1111 1111 1111"}, headers=headers
        )
        changed = await client.put(f"{RULES}/message_texts", json=body, headers=headers)
    assert {one["name"]: one["over_age"] for one in listed}["message_texts"] == 0
    assert seen.json()["over_age"] == 3
    assert [one.status_code for one in (short, unknown, nobody, card, changed)] == [422, 404, 403, 422, 200]
    assert short.json()["breaches"][0]["field"] == "days"
    assert await texts(messages) == 3
    [said] = await told(messages, "changed")
    assert (said["days"], said["days_before"], said["count"]) == (60, 365, 3)


async def test_old_words_go_in_batches_and_each_batch_is_told_by_its_count(
    messages: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.chassis.retention.BATCH", 2)
    messages.at(NOON + dt.timedelta(days=366))
    retain = next(job for job in messages.app.state.jobs if job.name == "retention")
    await retain.work()
    assert await texts(messages) == 0
    counts = [one["count"] for one in await told(messages, "applied") if one["name"] == "message_texts"]
    assert counts == [2, 1]
    assert await messages.chassis.mongo.collection("messages").count({}) == 3
    await retain.work()
    assert len([one for one in await told(messages, "applied") if one["name"] == "message_texts"]) == 2


async def test_words_of_records_closed_long_ago_go_and_open_ones_keep_theirs(
    mongo_url: str, database_name: str
) -> None:
    chassis = Chassis(RecordsSettings(mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER))
    standing = Standing(chassis, assemble_records(chassis, house_of(chassis)))
    await prepare(chassis.mongo)
    await standing.prepare(knowledge(STAFF, POLICY.grants, *HOTELS))
    standing.at(NOW)
    await standing.hears(stay_told(stay()))
    async with standing.client() as http:
        ana = Caller(http)
        first, second = await opened(ana), await opened(ana, room="215")
        reason = {"code": "asked_by_guest", "text": "They left early"}
        await done(ana, first, "complete", {"outcome": "cancelled", "reason": reason})
    rows = chassis.mongo.collection("texts")
    assert await rows.count({"record_id": first["id"]}) == 2
    standing.at(NOW + YEARS)
    retain = retaining(standing)
    expected = {one.name: one.over_age for one in await retain.rules(Scope(chain=CHAIN))}
    gone = await retain.apply()
    assert (expected["record_words"], gone) == (1, 1)
    assert await rows.count({"record_id": first["id"]}) == 0
    assert await rows.count({"record_id": second["id"]}) > 0
    assert await retain.apply() == 0
    await chassis.mongo.close()
