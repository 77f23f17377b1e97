"""Records on a real MongoDB: opened once, following their stays, one of many wins, forgotten when a guest asks."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.records.app import assemble, house_of
from services.records.domain.state import RecordState
from services.records.ports import Query
from services.records.settings import Settings
from services.records.store import MongoRecords, prepare
from shared.chassis.service import Chassis
from shared.contracts.messages import Direction, MessageState
from shared.contracts.money import PostingState
from shared.contracts.records import Outcome, Status
from shared.contracts.stays import StayStatus
from shared.contracts.values import Scope
from tests.factories.access import knowledge
from tests.factories.front_desk import HOTELS, POLICY, STAFF, Caller
from tests.factories.guest_events import finance_told, guest_erased, message_told, posting_told, stay_told
from tests.factories.guest_records import NOW, stay, wish
from tests.factories.records import SCOPE
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration

HOUR = dt.timedelta(hours=1)
COT = {"property_id": "resort", "kind": "guest_request", "room": "214", "fields": {"topic": "baby_cot"}}


@pytest.fixture(params=["pymongo", "motor"])
async def desk(request: pytest.FixtureRequest, mongo_url: str, database_name: str) -> AsyncIterator[Standing]:
    """The records service of the demo chain, on either driver."""
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


async def records(desk: Standing, **wanted: Any) -> list[RecordState]:
    """Every record that is there."""
    return (await MongoRecords(desk.chassis.mongo).page(SCOPE, Query(NOW, limit=500, **wanted))).states


async def kinds(desk: Standing) -> list[str]:
    return sorted(record.kind for record in await records(desk))


async def entered(http: httpx.AsyncClient, staff: str = "ana", **changed: Any) -> dict[str, Any]:
    reply = await Caller(http, staff).post("/v1/records", COT | changed)
    assert reply.status_code == 201, reply.text
    body: dict[str, Any] = reply.json()
    return body


async def test_booking_opens_its_records_once_when_heard_again_and_again(desk: Standing) -> None:
    told = stay(requests=(wish("baby_cot"), wish("late_checkout")), repeat=True)
    for sequence in (1, 2):
        await desk.hears(stay_told(told, sequence))
    assert await kinds(desk) == [
        "guest_request",
        "loyalty_action",
        "pre_arrival_message",
        "pre_arrival_offer",
        "upsell_guest_request",
    ]
    opened = await records(desk, kind="pre_arrival_message")
    assert (opened[0].trigger.source_event, opened[0].owner != "") == (stay_told(told).id, True)


async def test_booking_opens_its_records_once_when_heard_twice_in_one_batch(desk: Standing) -> None:
    await desk.hears(stay_told(stay()), stay_told(stay(rate={"amount": 9_000, "currency": "EUR"}), 2, "changed"))
    assert await kinds(desk) == ["pre_arrival_message", "pre_arrival_offer"]


async def test_backfill_opens_nothing_and_the_first_live_event_opens_what_lies_ahead(desk: Standing) -> None:
    await desk.hears(stay_told(stay(), backfill=True))
    assert await kinds(desk) == []
    await desk.hears(stay_told(stay(), 2, "changed"))
    assert await kinds(desk) == ["pre_arrival_message", "pre_arrival_offer"]


async def test_cancellation_closes_what_ends_with_the_stay(desk: Standing) -> None:
    await desk.hears(stay_told(stay(requests=(wish("baby_cot"),), comments=(wish("allergy"),))))
    await desk.hears(stay_told(stay(status=StayStatus.CANCELLED), 2, "cancelled"))
    closed = {record.kind: record.outcome for record in await records(desk)}
    assert closed == {
        "guest_request": Outcome.CANCELLED,
        "pre_arrival_message": Outcome.CANCELLED,
        "pre_arrival_offer": Outcome.CANCELLED,
        "preference_note": None,
    }


async def test_deadlines_and_room_follow_the_stay_when_it_moves(desk: Standing) -> None:
    await desk.hears(stay_told(stay()))
    before = {record.kind: record.due_at for record in await records(desk)}
    moved = stay(arrival=dt.date(2026, 7, 13), departure=dt.date(2026, 7, 16), room="317")
    await desk.hears(stay_told(moved, 2, "changed"))
    after = await records(desk)
    assert {record.room for record in after} == {"317"}
    assert {record.kind: record.due_at - before[record.kind] for record in after} == dict.fromkeys(before, 48 * HOUR)
    await desk.hears(stay_told(moved, 3, "changed"))
    assert [record.version for record in await records(desk)] == [record.version for record in after]


async def test_offer_expires_at_arrival_and_never_before(desk: Standing) -> None:
    await desk.hears(stay_told(stay()))
    [offer] = await records(desk, kind="pre_arrival_offer")
    assert offer.expires_at is not None
    desk.at(offer.expires_at - dt.timedelta(seconds=1))
    assert await desk.fires() == 0
    desk.at(offer.expires_at)
    await desk.fires()
    [expired] = await records(desk, kind="pre_arrival_offer")
    assert (expired.status, expired.outcome) == (Status.COMPLETE, Outcome.EXPIRED)
    assert await desk.said(offer.id) == ["record.opened.v1", "record.completed.v1"]


async def test_guest_answer_and_delivery_reach_the_offer_when_messages_come(desk: Standing) -> None:
    await desk.hears(stay_told(stay()))
    [offer] = await records(desk, kind="pre_arrival_offer")
    answer: dict[str, Any] = {"record_id": offer.id, "topic_code": "room_upgrade", "answer": "accepted"}
    await desk.hears(message_told("received", **answer), message_told("received", id="message-2", **answer))
    [answered] = await records(desk, kind="pre_arrival_offer")
    assert (answered.fields["guest_answer"], answered.version) == ("accepted", 2)
    assert await kinds(desk) == ["pre_arrival_message", "pre_arrival_offer"]


async def test_low_score_and_refund_open_recovery_when_heard(desk: Standing) -> None:
    await desk.hears(message_told("received", score=3), finance_told("refund_seen"), finance_told("charge_seen"))
    assert await kinds(desk) == ["feedback_score", "service_recovery", "service_recovery", "upsell_preference_note"]
    [low] = [record for record in await records(desk, kind="service_recovery") if record.parent]
    [score] = await records(desk, kind="feedback_score")
    assert low.parent == score.id


async def test_sent_message_and_posted_line_are_settled_on_their_record_when_told(desk: Standing) -> None:
    async with desk.client() as http:
        ana = Caller(http)
        offer = await entered(
            http, kind="pre_arrival_offer", fields={"offer": "spa", "price": {"amount": 5000, "currency": "EUR"}}
        )
        for action, body in (
            ("accept", {}),
            ("check-value", {}),
            ("approve", {}),
            ("messages", {"send": True, "topic_code": "offer"}),
        ):
            offer = (await ana.act(offer, action, body)).json()
        sent = offer["messages"][0]["id"]
        outbound: dict[str, Any] = {
            "direction": Direction.OUTBOUND,
            "id": sent,
            "record_id": offer["id"],
            "state": MessageState.SENT,
        }
        await desk.hears(message_told("sent", **outbound))
        offer = (await ana.get(f"/v1/records/{offer['id']}")).json()
        assert (offer["guest_informed"], offer["messages"][0]["state"]) == (True, "sent")
        ending = {"outcome": "fulfilled", "fields": {"guest_answer": "accepted"}}
        offer = (await ana.act(offer, "complete", ending)).json()
        await desk.hears(posting_told(offer["id"], offer["money"][0]["id"], PostingState.DONE))
        offer = (await ana.get(f"/v1/records/{offer['id']}")).json()
    assert (offer["outcome"], offer["money"][0]["state"]) == ("fulfilled", "done")
    assert await kinds(desk) == ["guest_request", "pre_arrival_offer"]


async def test_one_of_many_wins_when_all_act_on_the_same_version(desk: Standing) -> None:
    async with desk.client() as http:
        record = await entered(http)
        people = [Caller(http, staff) for staff in ("ana", "rui") for _ in range(12)]
        replies = await asyncio.gather(*(person.act(record, "accept") for person in people))
    statuses = sorted(reply.status_code for reply in replies)
    assert (statuses[0], set(statuses[1:]) <= {409, 412}) == (200, True)
    assert await desk.said(record["id"]) == ["record.opened.v1", "record.accepted.v1"]


async def test_one_entry_is_made_when_its_key_is_sent_many_times_at_once(desk: Standing) -> None:
    async with desk.client() as http:
        same = [Caller(http).post("/v1/records", COT, key="key-parallel") for _ in range(12)]
        replies = await asyncio.gather(*same)
    assert {reply.status_code for reply in replies} <= {201, 409}
    assert len({reply.json()["id"] for reply in replies if reply.status_code == 201}) == 1
    assert len(await records(desk)) == 1


async def test_words_are_gone_and_digests_stay_when_a_guest_is_erased(desk: Standing) -> None:
    await desk.hears(stay_told(stay()))
    async with desk.client() as http:
        record = await entered(http, stay_id=stay().id, fields={"topic": "baby_cot", "details": "For Mrs Silva"})
        await desk.hears(guest_erased("guest-1", stay().id))
        shown = (await Caller(http).get(f"/v1/records/{record['id']}")).json()
    assert shown["fields"] == {"topic": "baby_cot", "details": None}
    assert await desk.chassis.mongo.collection("texts").count({}) == 0


async def test_records_of_another_chain_or_property_are_not_seen_when_asked(desk: Standing) -> None:
    await desk.hears(stay_told(stay()))
    store = MongoRecords(desk.chassis.mongo)
    scopes = [Scope(chain="other"), SCOPE.narrow(["city"]), SCOPE.narrow(["resort"])]
    seen = [len((await store.page(scope, Query(NOW, property_id="resort"))).states) for scope in scopes]
    assert seen == [0, 0, 2]


async def test_group_of_commands_is_carried_out_once_each_when_two_of_them_clash(desk: Standing) -> None:
    async with desk.client() as http:
        opened = [await entered(http, room=str(number)) for number in range(8)]
        ana, rui = Caller(http, "ana"), Caller(http, "rui")
        acts = [ana.act(record, "accept") for record in opened] + [rui.act(opened[0], "accept")]
        replies = await asyncio.gather(*acts)
    assert [reply.status_code for reply in replies[1:8]] == [200] * 7
    assert sorted(reply.status_code for reply in (replies[0], replies[8]))[0] == 200
    assert {reply.status_code for reply in (replies[0], replies[8])} <= {200, 403, 409, 412}
    said = [await desk.said(record["id"]) for record in opened]
    assert said == [["record.opened.v1", "record.accepted.v1"]] * 8


async def test_command_gets_its_first_answer_when_it_is_sent_many_times_at_once_and_again(desk: Standing) -> None:
    async with desk.client() as http:
        record, ana = await entered(http), Caller(http)
        path, version = f"/v1/records/{record['id']}/accept", record["version"]
        replies = await asyncio.gather(*(ana.post(path, key="key-accept", version=version) for _ in range(8)))
        replies.append(await ana.post(path, key="key-accept", version=version))
        other = await ana.post(path, {"reason": {"code": "other"}}, key="key-accept", version=version)
    assert [reply.status_code for reply in replies] == [200] * 9
    assert sorted(reply.headers.get("Idempotency-Replayed", "no") for reply in replies)[:2] == ["no", "true"]
    assert other.status_code == 422
    assert await desk.said(record["id"]) == ["record.opened.v1", "record.accepted.v1"]


async def test_every_record_has_as_many_events_as_versions_when_a_day_was_played(desk: Standing) -> None:
    for sequence, told in enumerate((stay(), stay(room="9", status=StayStatus.CHECKED_IN, room_type_assigned="C")), 1):
        await desk.hears(stay_told(told, sequence))
    await desk.hears(stay_told(stay(status=StayStatus.CHECKED_OUT, checked_out_at=NOW), 3, "checked_out"))
    assert {record.id: record.version for record in await records(desk)} == {
        record.id: len(await desk.said(record.id)) for record in await records(desk)
    }
