"""Integrations on a real MongoDB: import, feed through HTTP, postings and messages once, names only for who may."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.integrations.app import Parts, assemble, parts
from services.integrations.domain.imports import Problem, Summary
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.pms.hotel_bookings.poster import Poster
from services.integrations.pms.hotel_bookings.schedule import deliveries
from services.integrations.settings import Settings
from shared.contracts.envelope import Envelope, TextRef
from shared.contracts.identity import DataClass, Department, Role, system
from shared.contracts.policy import ANY, Grant
from shared.contracts.records import (
    LineKind,
    MessageCommand,
    MoneyLine,
    RecordMessageRequested,
    RecordPostingRequested,
    RecordWritebackRequested,
)
from shared.contracts.values import Money, Scope, stay_id
from shared.contracts.writebacks import PmsChange, PmsField
from tests.factories.access import bearer, grant, hotel, knowledge
from tests.factories.bookings import generated_file, payloads, small_schedule
from tests.factories.records import CHAIN, NOON, PROPERTY, envelope, snapshot
from tests.factories.staff import ANA, GENERAL, TEAM, member
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration

AWAY = member("staff-away", Role.GENERAL_MANAGER, departments=tuple(Department), properties=("resort",))
SERVED = (DataClass.ORDINARY, DataClass.GUEST_IDENTITY)
GRANTS = [
    grant("read", kind="stay"),
    Grant(roles=(Role.GENERAL_MANAGER,), actions=("read",), kinds=("guest",), read=SERVED),
    Grant(roles=(Role.ASSOCIATE,), actions=("read",), kinds=("guest",)),
    Grant(roles=(Role.ASSOCIATE, Role.GENERAL_MANAGER), actions=("request_message",), kinds=(ANY,)),
]
SCOPE = Scope(chain=CHAIN)
PAN = "4111 1111 1111 1111"


@dataclass
class House:
    """The service, its parts, and the secret addresses of its hotels."""

    standing: Standing
    parts: Parts
    tokens: dict[str, str]

    async def rows(self, name: str, **wanted: Any) -> list[dict[str, Any]]:
        """Documents of one collection."""
        return await self.parts.chassis.mongo.collection(name).find(wanted)

    async def events(self, noun: str) -> list[dict[str, Any]]:
        """Event rows of one noun."""
        return [row for row in await self.rows("events") if row["type"].startswith(f"{noun}.")]

    async def post(self, door: str, body: object, token: str | None = None) -> httpx.Response:
        """Knock at a machine's door of the city hotel."""
        where = {
            "pms": "/v1/pms/{}/{}/hotel-bookings/events",
            "task": "/v1/pms/{}/{}/hotel-bookings/tasks",
            "finance": "/v1/finance/{}/{}/events",
        }
        path = where.get(door, "/v1/guest-messages/{}/{}").format(PROPERTY, token or self.tokens[PROPERTY])
        async with self.standing.client() as client:
            return await client.post(path, json=body)

    async def stay(self) -> dict[str, Any]:
        """One stay of the city hotel, as its PMS tells it."""
        payload = payloads(small_schedule())[0]
        assert (await self.post("pms", payload)).status_code == 202
        return {**payload, "id": stay_id(PROPERTY, NAME, payload["reservation"]["number"])}


@pytest.fixture
async def house(mongo_url: str, database_name: str) -> AsyncIterator[House]:
    """The integrations service of the tests' chain with its two hotels connected."""
    settings = Settings(
        mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER, connections=specs(CHAIN)
    )
    have = parts(settings)
    standing = Standing(have.chassis, assemble(have))
    await standing.prepare(knowledge([*TEAM, AWAY], GRANTS, hotel(), hotel("resort")))
    await have.prepare()
    tokens = {one.property_id: one.token for one in await have.connections.all(SCOPE)}
    yield House(standing, have, tokens)
    await have.chassis.mongo.close()


async def import_file(house: House, path: Path) -> tuple[Summary, list[Problem]]:
    """Import a file; the summary and the problems."""
    problems: list[Problem] = []
    connections = {one.hotel: one for one in await house.parts.connections.all(SCOPE)}
    adapter = house.parts.adapters[NAME]
    summary = await house.parts.imports(
        CHAIN, adapter, path, connections, on_problem=problems.append, on_progress=lambda _, __: None
    )
    return summary, problems


def sample(folder: Path, count: int, *bad: str) -> Path:
    """A file of generated rows, and bad lines at its end."""
    lines = generated_file(days=count // 130 + 2).decode().splitlines()[: count + 1]
    path = folder / "sample.csv"
    path.write_text("\n".join([*lines, *bad]) + "\n")
    return path


async def test_import_keeps_every_good_row_and_a_second_run_changes_nothing(house: House, tmp_path: Path) -> None:
    path = sample(tmp_path, 2000, "City Hotel,this,is,no,row")

    first, problems = await import_file(house, path)
    before = await house.rows("stays"), await house.rows("events"), await house.rows("profiles")
    second, _ = await import_file(house, path)

    assert (first.imported, first.rejected) == (2000, 1)
    assert [(p.line, p.rule) for p in problems if p.rejected] == [(2002, "columns")]
    assert (second.imported, second.unchanged, second.rejected) == (0, 2000, 1)
    assert (await house.rows("stays"), await house.rows("events"), await house.rows("profiles")) == before
    assert len(before[0]) == len(before[1]) == 2000
    assert {row["topic"] for row in before[1]} == {"stays.v1"}
    assert all(b'"backfill":true' in bytes(row["value"]) for row in before[1])


async def test_import_that_was_broken_off_goes_on_where_it_was(house: House, tmp_path: Path) -> None:
    half, _ = await import_file(house, sample(tmp_path, 700))

    whole, _ = await import_file(house, sample(tmp_path, 1500))

    assert (half.imported, whole.imported, whole.unchanged) == (700, 800, 700)


async def test_imported_names_are_in_the_profiles_and_in_no_event(house: House, tmp_path: Path) -> None:
    await import_file(house, sample(tmp_path, 300))
    told = b"".join(bytes(row["value"]) for row in await house.rows("events"))

    profiles = [row["body"] for row in await house.rows("profiles")]

    assert profiles
    assert not [one for one in profiles if one["email"].encode() in told or one["phone"].encode() in told]


async def test_feed_shuffled_and_doubled_ends_as_the_ordered_one(house: House) -> None:
    schedule = small_schedule()
    newest: dict[str, dict[str, Any]] = {}
    for event in schedule.events:
        newest[event.payload["reservation"]["number"]] = event.payload["reservation"]

    async with house.standing.client() as client:
        poster = Poster(client, house.tokens)
        for one in deliveries(schedule, duplicates=0.3, shuffle=0.5):
            await poster(one.property_id, [one.payload])

    stays = {row["body"]["reservation"]: row["body"] for row in await house.rows("stays")}
    same = ("status", "arrival", "departure", "room", "room_type_assigned")
    assert {key: [stay[name] for name in same] for key, stay in stays.items()} == {
        key: [said[name] for name in same] for key, said in newest.items()
    }
    versions = {row["_id"]: row["body"]["version"] for row in await house.rows("stays")}
    counted = {subject: sum(1 for row in await house.rows("events", agg=subject)) for subject in versions}
    assert versions == counted


async def test_deliveries_at_the_same_time_lose_nothing(house: House) -> None:
    told = payloads(small_schedule())

    answers = await asyncio.gather(*(house.post("pms", payload) for payload in [*told[:12], *told[:12]]))

    assert {answer.status_code for answer in answers} == {202}
    assert len(await house.rows("stays")) == len({one["reservation"]["number"] for one in told[:12]})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"event": "exploded"}, "event"),
        ({"reservation": None}, "reservation"),
    ],
)
async def test_wrong_webhook_is_refused_by_field_and_changes_nothing(
    house: House, change: dict[str, Any], field: str
) -> None:
    answer = await house.post(
        "pms", {"events": [payloads(small_schedule())[0], payloads(small_schedule())[1] | change]}
    )

    assert answer.status_code == 422
    assert [breach["field"] for breach in answer.json()["breaches"]] == [f"events.1.{field}"]
    assert await house.rows("stays") == []


@pytest.mark.parametrize("body", [[], "text", 7, None, {"events": []}, {"events": {}}], ids=str)
async def test_webhook_of_another_shape_is_refused(house: House, body: object) -> None:
    answer = await house.post("pms", body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_wrong_token_and_unknown_hotel_look_the_same(house: House) -> None:
    wrong = await house.post("pms", payloads(small_schedule())[0], token="x" * 43)
    async with house.standing.client() as client:
        unknown = await client.post(f"/v1/pms/palace/{'x' * 43}/hotel-bookings/events", json={})

    assert (wrong.status_code, unknown.status_code) == (404, 404)
    assert wrong.json() == unknown.json()
    assert await house.rows("stays") == []


async def test_card_number_in_a_payload_is_masked(house: House) -> None:
    payload = payloads(small_schedule())[0]
    payload["guest"]["last_name"] = f"Silva {PAN}"

    await house.post("pms", payload)

    [profile] = await house.rows("profiles")
    assert profile["body"]["last_name"] == "Silva •••• 1111"
    [counted] = await house.rows("masked")
    assert (counted["prop"], counted["door"], counted["times"]) == ("city", "hotel_bookings", 1)
    assert "1111" not in repr(counted)
    metrics = house.standing.chassis.telemetry.metrics.text().decode()
    assert 'bellboard_masked_payloads_total{door="hotel_bookings"} 1.0' in metrics


def change(field: PmsField, value: object, stay: str | None, sequence: int = 5) -> Envelope:
    """A record's event that asks for a change in the PMS."""
    wanted = PmsChange(id=f"writeback-{field.value}", field=field, before=None, after=value, approved_by="staff-gil")
    record = snapshot(stay_id=stay, version=sequence)
    body = RecordWritebackRequested(actor=system("records"), record=record, writeback=wanted)
    return envelope("record.writeback_requested.v1", record.id, sequence, NOON, body)


async def test_change_is_written_back_once_and_answered_whatever_comes_twice(house: House) -> None:
    room, guest = change(PmsField.ROOM, "317", "stay-1"), change(PmsField.GUEST, {"ref": "d", "digest": "e"}, "stay-1")
    await house.standing.hears(room, change(PmsField.ROOM, "317", "stay-1", 6), guest)
    assert await house.parts.write_back() == 2
    assert await house.parts.write_back() == 0
    said = {row["agg"]: row["type"] for row in await house.events("writeback")}
    assert said == {"writeback-room": "writeback.done.v1", "writeback-guest": "writeback.refused.v1"}
    failures = {row["_id"]: row["body"]["writeback"]["change"]["failure"] for row in await house.rows("writebacks")}
    assert failures == {"writeback-room": None, "writeback-guest": "not_supported"}


async def test_change_left_sending_is_sent_again_under_its_key(house: House) -> None:
    await house.standing.hears(change(PmsField.RATE, {"amount": 9_000, "currency": "EUR"}, "stay-1"))
    real = house.parts.chassis.clock.real_now()
    hour = dt.timedelta(hours=1)
    claimed = await house.parts.writebacks.claim(SCOPE, real - hour, real - 2 * hour)
    assert claimed is not None
    assert await house.parts.writebacks.sending(SCOPE, claimed[0], real - hour)
    assert await house.parts.write_back() == 1
    assert [row["type"] for row in await house.events("writeback")] == ["writeback.requested.v1", "writeback.done.v1"]


def posting(stay: str, line_id: str = "line-1", amount: int = 2500, sequence: int = 5) -> Envelope:
    """Records asks for a charge."""
    record = snapshot(version=sequence, stay_id=stay)
    line = MoneyLine(id=line_id, kind=LineKind.CHARGE, amount=Money(amount=amount, currency="EUR"))
    body = RecordPostingRequested(actor=system("records"), record=record, line=line)
    return envelope("record.posting_requested.v1", record.id, sequence, NOON, body)


async def test_charge_is_posted_once_however_often_it_is_asked_for(house: House) -> None:
    stay = await house.stay()
    asked = posting(stay["id"])
    again = posting(stay["id"], sequence=6)

    await house.standing.hears(asked, asked)
    await house.parts.post_charges()
    await house.standing.hears(asked, again)
    await house.parts.post_charges()

    assert len(await house.rows("folio")) == 1
    assert [row["type"] for row in await house.events("posting")] == ["posting.requested.v1", "posting.done.v1"]
    [mirrored] = await house.rows("stays")
    owed = round(float(stay["reservation"]["balance"]) * 100)
    assert mirrored["body"]["balance"]["amount"] == owed + 2500


async def test_charge_cut_off_between_call_and_answer_is_not_posted_twice(house: House) -> None:
    stay = await house.stay()
    await house.standing.hears(posting(stay["id"]))
    real = house.parts.chassis.clock.real_now()
    claimed = await house.parts.postings.claim(SCOPE, real - dt.timedelta(hours=1), real - dt.timedelta(hours=2))
    assert claimed is not None
    assert await house.parts.postings.sending(SCOPE, claimed[0], real - dt.timedelta(hours=1))
    connection = await house.parts.connections.find(SCOPE, PROPERTY)
    assert connection is not None
    await house.parts.adapters[NAME].post_charge(connection, claimed[0].charge)

    await house.parts.post_charges()

    assert len(await house.rows("folio")) == 1
    assert [row["state"] for row in await house.rows("postings")] == ["done"]


async def test_charge_of_a_hotel_that_is_not_connected_fails_and_says_why(house: House) -> None:
    await house.parts.chassis.mongo.collection("connections").delete_one({"_id": PROPERTY})

    await house.standing.hears(posting("stay-1"))
    await house.parts.post_charges()

    [row] = await house.rows("postings")
    assert (row["state"], row["body"]["posting"]["failure"]) == ("failed", "not_connected")


def message(stay: dict[str, Any], guest: str, *, send: bool = True, text: TextRef | None = None) -> Envelope:
    """Records asks for a message to a guest."""
    record = snapshot(version=3, stay_id=stay["id"], guest_id=guest)
    command = MessageCommand(
        id="message-1",
        guest_id=guest,
        stay_id=stay["id"],
        send=send,
        topic_code="pre_arrival_message",
        template=None if text else "welcome",
        text=text,
    )
    body = RecordMessageRequested(actor=system("records"), record=record, message=command)
    return envelope("record.message_requested.v1", record.id, 3, NOON, body)


async def test_message_is_written_in_the_guests_language_and_sent_once(house: House) -> None:
    stay = await house.stay()
    [profile] = await house.rows("profiles")
    asked = message(stay, profile["_id"])

    await house.standing.hears(asked, asked)
    await house.parts.send_messages()
    await house.standing.hears(asked)
    await house.parts.send_messages()

    [dropped] = await house.rows("maildrop")
    assert profile["body"]["last_name"] in dropped["text"]
    told = await house.events("message")
    assert [row["type"] for row in told] == ["message.sent.v1", "message.delivered.v1"]
    assert [row["ver"] for row in told] == [1, 2]
    assert not [row for row in told if profile["body"]["last_name"].encode() in bytes(row["value"])]


async def test_message_that_may_have_gone_out_is_not_sent_again(house: House) -> None:
    stay = await house.stay()
    [profile] = await house.rows("profiles")
    await house.standing.hears(message(stay, profile["_id"]))
    real = house.parts.chassis.clock.real_now()
    hour = dt.timedelta(hours=1)
    claimed = await house.parts.messages.claim(SCOPE, real - hour, real - 2 * hour)
    assert claimed is not None
    assert await house.parts.messages.sending(SCOPE, claimed[0], real - hour)

    await house.parts.send_messages()

    assert await house.rows("maildrop") == []
    assert [row["type"] for row in await house.events("message")] == ["message.failed.v1"]


async def test_message_whose_sender_died_before_anything_left_is_sent(house: House) -> None:
    stay = await house.stay()
    [profile] = await house.rows("profiles")
    await house.standing.hears(message(stay, profile["_id"]))
    real = house.parts.chassis.clock.real_now()
    hour = dt.timedelta(hours=1)
    assert await house.parts.messages.claim(SCOPE, real - hour, real - 2 * hour) is not None

    await house.parts.send_messages()

    assert len(await house.rows("maildrop")) == 1
    assert [row["type"] for row in await house.events("message")] == ["message.sent.v1", "message.delivered.v1"]


async def test_stored_message_is_told_and_not_sent(house: House) -> None:
    stay = await house.stay()
    [profile] = await house.rows("profiles")

    await house.standing.hears(message(stay, profile["_id"], send=False))
    await house.parts.send_messages()

    assert await house.rows("maildrop") == []
    assert [row["type"] for row in await house.events("message")] == ["message.stored.v1"]


async def command(house: House, path: str, body: dict[str, Any], key: str = "key-00000001") -> httpx.Response:
    """A member of staff writes."""
    async with house.standing.client() as client:
        signed = bearer(ANA, "integrations", **{"Idempotency-Key": key})
        return await client.post(path, json=body, headers=signed)


async def test_draft_is_sent_when_the_record_names_its_digest(house: House) -> None:
    stay = await house.stay()
    [profile] = await house.rows("profiles")
    body = {"stay_id": stay["id"], "text": "Your cot stands ready."}

    made = await command(house, "/v1/drafts", body)
    again = await command(house, "/v1/drafts", body)
    draft = made.json()
    await house.standing.hears(message(stay, profile["_id"], text=TextRef(ref=draft["id"], digest=draft["digest"])))
    await house.parts.send_messages()

    assert (made.status_code, again.json()) == (201, draft)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [row["text"] for row in await house.rows("maildrop")] == ["Your cot stands ready."]


async def test_draft_with_another_digest_is_not_sent(house: House) -> None:
    stay = await house.stay()
    [profile] = await house.rows("profiles")
    made = await command(house, "/v1/drafts", {"stay_id": stay["id"], "text": "Your cot stands ready."})

    await house.standing.hears(message(stay, profile["_id"], text=TextRef(ref=made.json()["id"], digest="0" * 64)))
    await house.parts.send_messages()

    assert await house.rows("maildrop") == []
    assert [row["type"] for row in await house.events("message")] == ["message.failed.v1"]


async def test_guest_answers_through_the_machine_door_once_and_cards_are_masked(house: House) -> None:
    stay = await house.stay()
    said = {"message_id": "m-1", "stay_id": stay["id"], "topic_code": "offer", "answer": "accepted", "offer_id": "o-1"}

    first = await house.post("guest", said | {"text": f"Book it on {PAN}"})
    again = await house.post("guest", said | {"text": "Something else"})

    assert (first.json()["new"], again.json()["new"]) == (True, False)
    [row] = await house.rows("messages")
    assert (row["body"]["text"], row["body"]["flagged"]) == ("Book it on •••• 1111", True)
    assert [(one["door"], one["times"]) for one in await house.rows("masked")] == [("guest_messages", 1)]
    [event] = await house.events("message")
    assert event["type"] == "message.received.v1"
    assert b"Book it" not in bytes(event["value"])


@pytest.mark.parametrize("path", ["/v1/drafts", "/v1/guest-messages"])
async def test_peoples_door_refuses_a_card_number_and_keeps_nothing(house: House, path: str) -> None:
    stay = await house.stay()
    extra = {"topic_code": "payment"} if path == "/v1/guest-messages" else {}

    answer = await command(house, path, {"stay_id": stay["id"], "text": f"My card is {PAN}"} | extra)

    assert answer.status_code == 422
    assert [breach["rule"] for breach in answer.json()["breaches"]] == ["card_number"]
    assert await house.rows("messages") + await house.rows("drafts") == []


@pytest.mark.parametrize(
    "body",
    [{"score": 11}, {"score": "8"}, {"answer": "accepted"}, {}, {"text": "x" * 5000}, {"text": "x", "role": "admin"}],
)
async def test_guest_message_without_sense_is_refused(house: House, body: dict[str, Any]) -> None:
    stay = await house.stay()

    answer = await house.post("guest", {"message_id": "m-1", "stay_id": stay["id"], "topic_code": "feedback"} | body)

    assert answer.status_code == 422
    assert await house.rows("messages") == []


async def test_task_of_the_pms_is_told_once_by_its_number(house: House) -> None:
    task = {"event_id": "e-1", "number": "T-1", "code": "extra_towels", "reservation": "R-1", "room": "214"}
    answers = [await house.post("task", task | {"event_id": f"e-{number}"}) for number in range(2)]
    wrong = [
        await house.post("task", task | {"number": "T-2"} | given)
        for given in ({"code": "Not a code"}, {"due_at": "2026-03-10T09:00:00"}, {"department": "bar"}, {"text": "x"})
    ]
    assert [answer.json() for answer in answers] == [{"new": True}, {"new": False}]
    assert [(each.status_code, each.json()["breaches"][0]["field"]) for each in wrong] == [
        (422, "code"),
        (422, "due_at"),
        (422, "department"),
        (422, "text"),
    ]
    [told] = await house.events("task")
    assert told["type"] == "task.seen.v1"
    assert await house.parts.ledger.number(SCOPE, told["agg"]) == "T-1"
    assert await house.parts.ledger.number(Scope(chain="another"), told["agg"]) is None


async def test_finance_action_is_told_once(house: House) -> None:
    action = {"event_id": "re_1", "kind": "refund", "code": "refund_issued", "amount": 1200, "currency": "EUR"}

    answers = [await house.post("finance", action) for _ in range(2)]
    wrong = await house.post("finance", action | {"event_id": "re_2", "currency": "USD"})

    assert [answer.json()["new"] for answer in answers] == [True, False]
    assert wrong.status_code == 422
    assert [row["type"] for row in await house.events("finance")] == ["finance.refund_seen.v1"]


async def get(house: House, path: str, person: Any = GENERAL, **headers: str) -> httpx.Response:
    """A member of staff reads."""
    async with house.standing.client() as client:
        return await client.get(path, headers=bearer(person, "integrations", **headers))


async def search(house: House, name: str, person: Any = GENERAL) -> httpx.Response:
    """A member of staff searches for a guest."""
    async with house.standing.client() as client:
        signed = bearer(person, "integrations")
        return await client.post("/v1/guests/search", json={"name": name}, headers=signed)


async def test_stay_is_read_with_its_etag_and_only_in_its_own_hotel(house: House) -> None:
    stay = await house.stay()

    found = await get(house, f"/v1/stays/{stay['id']}")
    unchanged = await get(house, f"/v1/stays/{stay['id']}", **{"If-None-Match": found.headers["ETag"]})
    elsewhere = await get(house, f"/v1/stays/{stay['id']}", AWAY)

    assert (found.status_code, found.headers["ETag"]) == (200, '"1"')
    assert (unchanged.status_code, elsewhere.status_code) == (304, 404)


async def test_pages_of_stays_hold_each_stay_once(house: House) -> None:
    for payload in payloads(small_schedule()):
        await house.post("pms", payload)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (
            await get(house, f"/v1/stays?property={PROPERTY}&limit=4" + (f"&cursor={cursor}" if cursor else ""))
        ).json()
        seen += [stay["id"] for stay in page["items"]]
        cursor = page["next"]

    assert sorted(seen) == sorted(row["_id"] for row in await house.rows("stays"))
    assert (await get(house, "/v1/stays?cursor=nonsense")).status_code == 422


async def reads(house: House) -> list[tuple[str, str]]:
    """The accesses written down: event type and hotel."""
    return [(row["type"], row["prop"]) for row in await house.events("access")]


async def test_guest_is_shown_to_who_may_know_and_the_read_is_written_down(house: House) -> None:
    await house.stay()
    [profile] = await house.rows("profiles")

    shown = await get(house, f"/v1/guests?ids={profile['_id']}")

    assert [guest["last_name"] for guest in shown.json()["items"]] == [profile["body"]["last_name"]]
    assert await reads(house) == [("access.read.v1", PROPERTY)]


async def test_guest_is_refused_to_who_may_not_and_that_is_written_down_too(house: House) -> None:
    await house.stay()
    [profile] = await house.rows("profiles")

    refused = await get(house, f"/v1/guests?ids={profile['_id']}", ANA)

    assert refused.status_code == 403
    assert profile["body"]["last_name"] not in refused.text
    assert await reads(house) == [("access.refused.v1", PROPERTY)]


async def test_guest_of_another_hotel_is_not_shown(house: House) -> None:
    await house.stay()
    [profile] = await house.rows("profiles")

    assert (await get(house, f"/v1/guests?ids={profile['_id']}", AWAY)).json() == {"items": []}


async def test_search_by_name_finds_ids_and_takes_no_expressions(house: House) -> None:
    await house.stay()
    [profile] = await house.rows("profiles")

    found = await search(house, profile["body"]["last_name"].upper())
    pattern = await search(house, ".*")
    refused = await search(house, profile["body"]["last_name"], ANA)

    assert found.json() == {"ids": [profile["_id"]]}
    assert pattern.json() == {"ids": []}
    assert refused.status_code == 403


async def test_reading_without_signing_in_is_refused(house: House) -> None:
    async with house.standing.client() as client:
        answers = [await client.get(path) for path in ("/v1/stays", "/v1/stays/x", "/v1/guests?ids=x")]

    assert {answer.status_code for answer in answers} == {401}


async def test_inventory_tells_of_days_that_changed_and_of_no_others(house: House) -> None:
    house.standing.at(small_schedule().start + dt.timedelta(hours=23))
    await house.parts.count_rooms()
    for payload in payloads(small_schedule()):
        await house.post("pms", payload)

    changed = await house.parts.count_rooms()

    assert 0 < changed < house.parts.settings.inventory_days
    assert await house.parts.count_rooms() == 0
    today = next(row["body"] for row in await house.rows("inventory") if row["_id"] == f"{PROPERTY}:2026-03-10")
    assert today["version"] == 2
    assert today["occupied"] > 0
    assert sum(today["free"].values()) == today["rooms"] - today["occupied"]
