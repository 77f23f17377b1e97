"""Following a PMS on a real MongoDB: marks, questions, answers stored once, commands out, connections, over HTTP."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from services.integrations.app import Parts, assemble, parts
from services.integrations.domain.connections import Connection, ConnectionSpec
from services.integrations.domain.marks import Hint
from services.integrations.ports.following import Marks, Superseded
from services.integrations.settings import Settings
from services.integrations.store.marks import MarkStore
from shared.chassis.mongo import DatabaseError, Mongo, Tx
from shared.contracts.identity import DataClass, Department, Role, system
from shared.contracts.policy import ANY, Grant
from shared.contracts.records import LineKind, MoneyLine, RecordEvent, RecordPostingRequested
from shared.contracts.stays import StayStatus
from shared.contracts.values import Money, Scope, stay_id
from tests.contract.pms.world import MEWS
from tests.factories.access import bearer, hotel, knowledge
from tests.factories.records import CHAIN, NOON, PROPERTY, envelope, snapshot
from tests.factories.staff import GENERAL, TEAM, member
from tests.factories.standing import NO_BROKER, Standing
from tests.fakes.following import FakeMarks
from tests.fakes.pms import mews
from tests.fakes.pms.book import Booked
from tests.fakes.pms.network import Network

pytestmark = pytest.mark.integration

SCOPE = Scope(chain=CHAIN)
AWAY = member("staff-away", Role.GENERAL_MANAGER, departments=tuple(Department), properties=("resort",))
FINANCE = member("staff-finance", Role.FINANCE, properties=None)
WHOLE = tuple(DataClass)
GRANTS = [
    Grant(roles=(Role.GENERAL_MANAGER,), actions=("read", "manage"), kinds=("connection",)),
    Grant(roles=(Role.GENERAL_MANAGER,), actions=("read", "redrive"), kinds=("command",)),
    Grant(roles=(Role.GENERAL_MANAGER,), actions=("read", "settle"), kinds=("comment",), read=WHOLE),
    Grant(roles=(Role.GENERAL_MANAGER,), actions=("read",), kinds=("stay",), read=WHOLE),
    Grant(roles=(Role.GENERAL_MANAGER,), actions=("request_message",), kinds=(ANY,)),
    Grant(roles=(Role.FINANCE,), actions=("read", "reconcile"), kinds=("payment",)),
]
NUMBER = mews.NUMBERS[0]
STAY = stay_id(PROPERTY, "mews", NUMBER)


@dataclass
class House:
    """The service with one hotel at a simulated Mews."""

    standing: Standing
    parts: Parts
    sim: mews.MewsSim
    network: Network
    token: str

    async def rows(self, name: str, **wanted: Any) -> list[dict[str, Any]]:
        """Documents of one collection."""
        return await self.parts.chassis.mongo.collection(name).find(wanted)

    async def types(self, noun: str) -> list[str]:
        """Types of the events of one noun, in order."""
        rows = await self.rows("events")
        return [row["type"] for row in sorted(rows, key=lambda row: row["_id"]) if row["type"].startswith(f"{noun}.")]

    async def push(self, payload: Any, vendor: str = "mews", token: str | None = None) -> httpx.Response:
        """The PMS calls."""
        async with self.standing.client() as client:
            return await client.post(f"/v1/pms/{PROPERTY}/{token or self.token}/{vendor}/events", json=payload)

    async def ask(self, method: str, path: str, body: Any = None, who: Any = GENERAL, **headers: str) -> httpx.Response:
        """A person asks."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.standing.client() as client:
            return await client.request(method, path, json=body, headers=bearer(who, "integrations") | named)

    async def booked(self) -> None:
        """One reservation, told and asked about."""
        self.sim.book.book(Booked(NUMBER, comment="Quiet room for Herr Canary", last="Canary"))
        for payload in self.sim.book.told:
            assert (await self.push(payload)).status_code == 202
        await self.parts.fetch_marked()


@pytest.fixture
async def house(mongo_url: str, database_name: str, tmp_path: Any) -> AsyncIterator[House]:
    """The integrations service with the city hotel at Mews."""
    sim = mews.MewsSim()
    network = Network(sim.app)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "city.json").write_text(json.dumps(mews.SECRETS))
    spec = ConnectionSpec(
        property_id=PROPERTY,
        chain=CHAIN,
        pms="mews",
        hotel=sim.book.hotel,
        zone="Europe/Lisbon",
        currency="EUR",
        credentials="city",
        base_url="http://localhost",
        options={**MEWS.options, "tasks": "guest_request"},
    )
    settings = Settings(
        mongo_url=mongo_url,
        mongo_database=database_name,
        kafka_servers=NO_BROKER,
        connections=(spec,),
        secrets_dir=secrets,
    )
    have = parts(settings, httpx.AsyncClient(transport=network))
    standing = Standing(have.chassis, assemble(have))
    await standing.prepare(knowledge([*TEAM, AWAY, FINANCE], GRANTS, hotel(), hotel("resort")))
    await have.prepare()
    [connection] = await have.connections.all(SCOPE)
    yield House(standing, have, sim, network, connection.token)
    await have.chassis.mongo.close()


# Marks: the fake of the unit tests and the real store keep the same.


@pytest.fixture(params=["fake", "real"])
async def marks(request: pytest.FixtureRequest, mongo_url: str, database_name: str) -> AsyncIterator[Marks]:
    """Marks in memory, and in MongoDB."""
    mongo = Mongo(mongo_url, database_name)
    stores: dict[str, Marks] = {"fake": FakeMarks(), "real": MarkStore(mongo)}
    yield stores[request.param]
    await mongo.close()


HOTEL = Connection(
    property_id=PROPERTY, chain=CHAIN, pms="mews", hotel="h", zone="Europe/Lisbon", currency="EUR", token="t" * 32
)
NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
LONG_AGO = NOW - dt.timedelta(hours=1)


async def test_mark_is_claimed_by_one_and_settled_once(marks: Marks) -> None:
    await marks.raise_all(SCOPE, HOTEL, [Hint(ref="R-1"), Hint(ref="R-1"), Hint(ref="R-2")], NOW)

    first = await marks.claim(SCOPE, NOW, LONG_AGO, 10)
    assert await marks.claim(SCOPE, NOW, LONG_AGO, 10) == []
    for each in first:
        await marks.settle(SCOPE, each, NOW)

    assert sorted(one.hint.ref for one in first) == ["R-1", "R-2"]
    assert await marks.claim(SCOPE, NOW, LONG_AGO, 10) == []
    assert (await marks.backlog(SCOPE, PROPERTY)).waiting == 0


async def test_mark_raised_while_it_is_worked_on_is_due_again(marks: Marks) -> None:
    await marks.raise_all(SCOPE, HOTEL, [Hint(ref="R-1")], NOW)
    [claimed] = await marks.claim(SCOPE, NOW, LONG_AGO, 10)
    await marks.raise_all(SCOPE, HOTEL, [Hint(ref="R-1")], NOW)

    await marks.settle(SCOPE, claimed, NOW)

    [again] = await marks.claim(SCOPE, NOW, LONG_AGO, 10)
    assert again.rev == claimed.rev + 1


async def test_mark_of_a_dead_worker_is_taken_over_and_the_dead_one_settles_nothing(marks: Marks) -> None:
    await marks.raise_all(SCOPE, HOTEL, [Hint(ref="R-1")], NOW)
    [dead] = await marks.claim(SCOPE, NOW, LONG_AGO, 10)

    [other] = await marks.claim(SCOPE, NOW, NOW + dt.timedelta(seconds=1), 10)

    with pytest.raises(Superseded):
        await marks.settle(SCOPE, dead, NOW)
    await marks.settle(SCOPE, other, NOW)
    assert (await marks.backlog(SCOPE, PROPERTY)).waiting == 0


async def test_mark_that_was_put_off_is_due_when_it_was_said(marks: Marks) -> None:
    await marks.raise_all(SCOPE, HOTEL, [Hint(ref="R-1")], NOW)
    [claimed] = await marks.claim(SCOPE, NOW, LONG_AGO, 10)
    later = NOW + dt.timedelta(minutes=5)

    await marks.put_off(SCOPE, claimed, later, "throttled")

    assert await marks.claim(SCOPE, NOW, LONG_AGO, 10) == []
    assert await marks.claim(SCOPE, later, LONG_AGO, 10, [PROPERTY]) == []
    [again] = await marks.claim(SCOPE, later, LONG_AGO, 10)
    assert (again.rev, again.tries) == (claimed.rev, 1)


# The whole way of a notification.


async def test_notification_becomes_a_stay_whose_names_stay_here(house: House) -> None:
    await house.booked()

    [stay] = [row for row in await house.rows("stays") if row["_id"] == STAY]
    assert (stay["status"], stay["body"]["rate"]["amount"]) == ("booked", 12_000)
    told = b"".join(bytes(row["value"]) for row in await house.rows("events"))
    marks = repr(await house.rows("marks"))
    assert not [word for word in ("Canary", "ana.sa", "Quiet") if word.encode() in told or word in marks]
    assert [row["body"]["text"] for row in await house.rows("comments")] == ["Quiet room for Herr Canary"]


async def test_forty_notifications_at_once_end_in_what_the_pms_has(house: House) -> None:
    house.sim.book.book(Booked(NUMBER))
    for adults in range(1, 9):
        house.sim.book.change(NUMBER, adults=adults)
    told = house.sim.book.told * 5

    answers, *_ = await asyncio.gather(
        asyncio.gather(*(house.push(each) for each in told)),
        *(house.parts.fetch_marked() for _ in range(3)),
    )
    while await house.parts.fetch_marked():
        pass

    assert {answer.status_code for answer in answers} == {202}
    kept = await house.parts.stays.get(SCOPE, STAY)
    assert kept is not None
    assert kept.stay.party.adults == 8
    versions = sorted(row["ver"] for row in await house.rows("events", agg=STAY))
    assert versions == list(range(1, kept.stay.version + 1))


async def test_answer_that_comes_too_late_stores_nothing_at_all(house: House) -> None:
    await house.booked()
    house.sim.book.change(NUMBER, adults=5, comment="Something new")
    await house.push(house.sim.book.told[-1])
    real = house.parts.chassis.clock.real_now()
    claims = await house.parts.following.marks.claim(SCOPE, real, real, 20)
    [slow] = [one for one in claims if one.hint == Hint(ref=NUMBER)]
    hour = dt.timedelta(hours=1)
    assert await house.parts.following.marks.claim(SCOPE, real, real + hour, 20)
    before = await house.rows("stays"), await house.rows("comments"), await house.rows("events")

    assert await house.parts.fetch_marked.one(slow) == 0

    assert (await house.rows("stays"), await house.rows("comments"), await house.rows("events")) == before


@pytest.mark.parametrize(
    ("vendor", "token"),
    [("apaleo", None), ("mews", "x" * 43), ("hotel-bookings", None)],
    ids=["other", "token", "push"],
)
async def test_wrong_address_is_no_address(house: House, vendor: str, token: str | None) -> None:
    answer = await house.push({"Events": []}, vendor, token)

    assert (answer.status_code, answer.json()["code"]) == (404, "address_not_found")


async def test_payload_that_is_none_is_refused_and_marks_nothing(house: House) -> None:
    answer = await house.push({"Events": [{"Discriminator": "ServiceOrderUpdated"}]})

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["breaches"]] == ["Events.0.Value"]
    assert await house.rows("marks") == []


async def test_token_that_mews_hands_over_is_kept_outside_the_database(house: House) -> None:
    data = {"Enterprise": {"Id": house.sim.book.hotel, "Name": "City"}, "AccessToken": "ACCESS-new-777"}

    answer = await house.push({"Action": "IntegrationCreated", "Data": data})

    assert (answer.status_code, answer.text.count("ACCESS")) == (202, 0)
    [connection] = await house.parts.connections.all(SCOPE)
    assert (await house.parts.secrets.of(connection))["access_token"] == "ACCESS-new-777"
    names = ("connections", "marks", "events")
    assert "ACCESS-new-777" not in repr([await house.rows(name) for name in names])


async def test_reservation_that_is_deleted_is_cancelled_by_the_night(house: House) -> None:
    await house.booked()
    house.sim.book.booked.clear()

    [connection] = await house.parts.connections.all(SCOPE)
    vendor = house.parts.vendors["mews"]
    await house.parts.catch_up.whole(SCOPE, connection, vendor, house.sim.book.now.date())
    await house.parts.fetch_marked()

    kept = await house.parts.stays.get(SCOPE, STAY)
    assert kept is not None
    assert kept.stay.status is StayStatus.CANCELLED


# Commands out.


def posting(line_id: str = "line-1") -> Any:
    """Records asks for a charge."""
    record = snapshot(version=5, stay_id=STAY)
    line = MoneyLine(id=line_id, kind=LineKind.CHARGE, amount=Money(amount=2500, currency="EUR"))
    body = RecordPostingRequested(actor=system("records"), record=record, line=line)
    return envelope("record.posting_requested.v1", record.id, 5, NOON, body)


async def waits(house: House) -> dict[str, Any]:
    """The one posting."""
    [row] = await house.rows("postings")
    return row


async def due(house: House) -> None:
    """Whatever waits is due now."""
    now = house.parts.chassis.clock.real_now() - dt.timedelta(seconds=1)
    collection = house.parts.chassis.mongo.collection("postings")
    await collection.update_many({"next_try": {"$ne": None}}, {"$set": {"next_try": now}})
    await house.parts.chassis.mongo.collection("endpoints").delete_many({})


async def test_charge_is_posted_to_the_pms_once(house: House) -> None:
    await house.booked()
    await house.standing.hears(posting(), posting())

    assert await house.parts.post_charges() == 1
    assert await house.parts.post_charges() == 0

    assert [str(one.amount) for one in house.sim.book.booked[NUMBER].entries] == ["25.0"]
    assert await house.types("posting") == ["posting.requested.v1", "posting.done.v1"]


async def test_store_error_before_anything_left_is_no_doubt(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.booked()
    await house.standing.hears(posting())

    async def down(*_: Any) -> None:
        raise DatabaseError("down")

    with monkeypatch.context() as broken:
        broken.setattr(house.parts.stays, "get", down)
        with pytest.raises(DatabaseError):
            await house.parts.post_charges()
    assert (await waits(house))["state"] == "pending"
    past = house.parts.chassis.clock.real_now() - dt.timedelta(hours=1)
    await house.parts.chassis.mongo.collection("postings").update_many({}, {"$set": {"claimed": past}})

    assert await house.parts.post_charges() == 1
    assert (await waits(house))["state"] == "done"
    assert len(house.sim.book.booked[NUMBER].entries) == 1


async def test_charge_that_the_pms_did_not_take_now_is_tried_again_until_it_is_dead(house: House) -> None:
    await house.booked()
    await house.standing.hears(posting())
    house.network.faults.next(*["503"] * 40)
    for _ in range(14):
        await house.parts.post_charges()
        await due(house)

    row = await waits(house)
    assert (row["state"], row["dead"], row["attempts"]) == ("failed", True, 12)
    assert house.sim.book.booked[NUMBER].entries == ()
    assert await house.types("command") == ["command.died.v1"]
    listed = (await house.ask("GET", "/v1/commands")).json()["items"]
    assert [(one["id"], one["sort"], one["failure"]) for one in listed] == [(row["_id"], "posting", "unavailable")]


async def test_dead_command_is_redriven_with_a_reason_once(house: House) -> None:
    await test_charge_that_the_pms_did_not_take_now_is_tried_again_until_it_is_dead(house)
    house.network.faults.waiting.clear()
    row = await waits(house)
    path, body = f"/v1/commands/{row['_id']}/redrive", {"reason": "The PMS is back"}
    seen = await house.ask("GET", f"/v1/commands/{row['_id']}")
    headers = {"Idempotency_Key": "redrive-0001", "If_Match": seen.headers["etag"]}

    refusals = [
        await house.ask("POST", path, {}, **headers),
        await house.ask("POST", path, {"reason": "4111 1111 1111 1111"}, **headers),
        await house.ask("POST", path, body, Idempotency_Key="redrive-0002", If_Match='"77"'),
        await house.ask("POST", path, body, Idempotency_Key="redrive-0003"),
        await house.ask("POST", path, body, who=AWAY, **headers),
    ]
    assert [one.status_code for one in refusals] == [422, 422, 412, 428, 404]
    assert (await waits(house))["dead"] is True
    first = await house.ask("POST", path, body, **headers)
    again = await house.ask("POST", path, body, **headers)
    assert (first.status_code, again.status_code, again.headers.get("idempotency-replayed")) == (200, 200, "true")
    await house.parts.post_charges()

    assert (await waits(house))["state"] == "done"
    assert len(house.sim.book.booked[NUMBER].entries) == 1
    assert await house.types("command") == ["command.died.v1", "command.redriven.v1"]
    told = b"".join(bytes(row["value"]) for row in await house.rows("events"))
    assert b"The PMS is back" not in told


async def test_charge_whose_answer_was_lost_is_found_and_never_posted_twice(house: House) -> None:
    await house.booked()
    await house.standing.hears(posting())
    house.network.faults.next("lost", at="/orders/add")
    await house.parts.post_charges()
    assert (await waits(house))["state"] == "unknown"
    await due(house)

    await house.parts.post_charges()

    row = await waits(house)
    assert (row["state"], row["dead"]) == ("done", False)
    assert len(house.sim.book.booked[NUMBER].entries) == 1
    assert await house.types("posting") == ["posting.requested.v1", "posting.unknown.v1", "posting.done.v1"]
    assert await house.types("command") == ["command.died.v1", "command.settled.v1"]


async def test_charge_that_the_hotel_changed_is_a_difference_until_it_is_put_right(house: House) -> None:
    await house.booked()
    house.standing.at(NOON)
    await house.standing.hears(posting(), posting("line-2"))
    await house.parts.post_charges()
    right = house.sim.book.booked[NUMBER]
    first, second = right.entries
    changed = (replace(first, amount=Decimal("20.00")), second, replace(second, id="again"))
    house.sim.book.booked[NUMBER] = replace(right, entries=changed)
    reconcile = house.parts.money.reconcile(house.parts.around)

    house.network.faults.next("500", at="orderItems")
    house.standing.at(NOON + dt.timedelta(hours=1))
    assert await reconcile() == 0
    assert [await reconcile(), await reconcile()] == [1, 0]
    assert await house.types("finance") == ["finance.difference_seen.v1"] * 2
    asked = {"property_id": PROPERTY, "days": 2}
    said = (await house.ask("POST", "/v1/reconciliations", asked, FINANCE, Idempotency_Key="match-0001")).json()
    assert {one["type"]: (one["gap"]["amount"], one["record_id"]) for one in said["items"]} == {
        "wrong_amount": (500, "rec-1"),
        "double_charge": (2500, "rec-1"),
    }

    house.sim.book.booked[NUMBER] = right
    said = (await house.ask("POST", "/v1/reconciliations", asked, FINANCE, Idempotency_Key="match-0002")).json()
    assert (said["items"], said["new"], said["gone"]) == ([], 0, 2)
    house.network.faults.next("500", at="orderItems")
    silent = await house.ask("POST", "/v1/reconciliations", asked, FINANCE, Idempotency_Key="match-0003")
    assert (silent.status_code, silent.json()["code"]) == (503, "pms_silent")


async def test_charges_of_one_stay_go_one_after_the_other(house: House) -> None:
    await house.booked()
    await house.standing.hears(posting("line-1"), posting("line-2"))
    real = house.parts.chassis.clock.real_now()
    claimed = await house.parts.postings.claim(SCOPE, real, real)
    assert claimed is not None
    assert await house.parts.postings.sending(SCOPE, claimed[0], real)

    assert await house.parts.postings.claim(SCOPE, real, real - dt.timedelta(hours=1)) is None


# Notes, comments, links and connections, for people.


async def test_note_reaches_the_pms_once_and_is_no_comment_of_theirs(house: House) -> None:
    await house.booked()
    path, body = f"/v1/stays/{STAY}/notes", {"text": "Allergic to nuts"}
    first = await house.ask("POST", path, body, Idempotency_Key="note-00001")
    again = await house.ask("POST", path, body, Idempotency_Key="note-00001")
    assert (first.status_code, first.json()["id"]) == (202, again.json()["id"])

    await house.parts.send_orders()
    for payload in house.sim.book.told:
        await house.push(payload)
    await house.parts.fetch_marked()

    [note] = house.sim.book.notes[NUMBER]
    assert note.endswith("Allergic to nuts")
    assert len(await house.rows("comments")) == 1


@pytest.mark.parametrize(
    ("body", "status"), [({}, 422), ({"text": " "}, 422), ({"text": "4111 1111 1111 1111"}, 422), ({"words": "x"}, 422)]
)
async def test_note_that_says_nothing_or_too_much_is_refused(house: House, body: dict[str, str], status: int) -> None:
    await house.booked()

    answer = await house.ask("POST", f"/v1/stays/{STAY}/notes", body, Idempotency_Key="note-00002")

    assert (answer.status_code, await house.rows("pms_orders")) == (status, [])


async def test_comment_without_a_record_is_listed_and_settled_once(house: House) -> None:
    await house.booked()
    [listed] = (await house.ask("GET", "/v1/comments?property=city")).json()["items"]
    path = f"/v1/comments/{listed['id']}/settle"
    wrong = await house.ask("POST", path, {}, Idempotency_Key="settle-0001", If_Match='"1"')
    stale = await house.ask("POST", path, {"reason_code": "no_work"}, Idempotency_Key="settle-0002", If_Match='"9"')

    done = await house.ask("POST", path, {"record_id": "rec-1"}, Idempotency_Key="settle-0003", If_Match='"1"')
    twice = await house.ask("POST", path, {"reason_code": "no_work"}, Idempotency_Key="settle-0004", If_Match='"2"')

    assert listed["text"] == "Quiet room for Herr Canary"
    assert [one.status_code for one in (wrong, stale, done, twice)] == [422, 412, 200, 409]
    assert (await house.ask("GET", "/v1/comments?property=city")).json()["items"] == []
    assert await house.types("access") == ["access.read.v1"]


async def test_stay_is_found_by_its_number_and_leads_to_the_pms(house: House) -> None:
    await house.booked()
    [stay] = (await house.ask("GET", f"/v1/stays?property=city&reservation={NUMBER}")).json()["items"]
    there = (await house.ask("GET", f"/v1/stays/{stay['id']}/pms")).json()
    by_confirmation = await house.ask("GET", f"/v1/stays?reservation={there['confirmation']}")

    assert (there["pms"], there["reservation"]) == ("mews", NUMBER)
    assert there["link"].startswith("https://app.mews.com/")
    assert [one["id"] for one in by_confirmation.json()["items"]] == [stay["id"]]


CONNECTED = {"pms": "apaleo", "hotel": "BER", "zone": "Europe/Berlin", "currency": "EUR", "credentials": "berlin"}


async def test_connection_is_changed_by_version_and_shows_no_secret(house: House) -> None:
    seen = await house.ask("GET", "/v1/connections/city")
    headers = {"Idempotency_Key": "connect-001", "If_Match": seen.headers["etag"]}
    changed = await house.ask("PUT", "/v1/connections/city", CONNECTED | {"new_address": True}, **headers)
    stale = await house.ask("PUT", "/v1/connections/city", CONNECTED, Idempotency_Key="connect-002", If_Match='"1"')
    bare = await house.ask("PUT", "/v1/connections/city", CONNECTED, Idempotency_Key="connect-003")

    assert (changed.status_code, changed.json()["pms"], changed.json()["version"]) == (200, "apaleo", 2)
    assert (stale.status_code, bare.status_code) == (412, 428)
    [held] = await house.parts.connections.all(SCOPE)
    assert held.token != house.token
    told = b"".join(bytes(row["value"]) for row in await house.rows("events")).decode()
    shown = changed.text + seen.text + told + (await house.ask("GET", "/v1/connections")).text
    assert not [secret for secret in (held.token, house.token, *mews.SECRETS.values()) if secret in shown]
    assert await house.types("connection") == ["connection.changed.v1"]
    await house.parts.prepare()
    assert (await house.parts.connections.all(SCOPE))[0].pms == "apaleo"
    assert (await house.push({"Events": []})).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pms": "fidelio"}, "pms"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"base_url": "http://pms.example"}, "base_url"),
        ({"options": {"client_secret": "x"}}, "options.client_secret"),
        ({"sources": ["everywhere"]}, "sources.0"),
        ({"credentials": "../../etc/passwd"}, "credentials"),
        ({"token": "x"}, "token"),
    ],
)
async def test_connection_that_cannot_be_is_refused_by_field(house: House, change: dict[str, Any], field: str) -> None:
    before = await house.rows("connections")

    headers = {"Idempotency_Key": "connect-004", "If_Match": '"1"'}
    answer = await house.ask("PUT", "/v1/connections/city", CONNECTED | change, **headers)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["breaches"]] == [field]
    assert (await house.rows("connections"), await house.types("connection")) == (before, [])


async def test_connections_of_other_hotels_do_not_exist_for_people_of_one(house: House) -> None:
    headers = {"Idempotency_Key": "connect-005", "If_Match": '"1"'}
    answers = [
        await house.ask("GET", "/v1/connections/city", who=AWAY),
        await house.ask("PUT", "/v1/connections/city", CONNECTED, who=AWAY, **headers),
    ]

    assert [one.status_code for one in answers] == [404, 404]
    assert (await house.ask("GET", "/v1/connections", who=AWAY)).json()["items"] == []


async def test_work_on_a_record_is_a_task_in_the_pms_and_its_end_there_is_told_once(house: House) -> None:
    await house.booked()
    opened = envelope("record.opened.v1", "rec-1", 1, NOON, record_event(1))
    await house.standing.hears(opened, opened)
    await house.parts.send_orders()
    [task] = house.sim.book.tasks.values()
    assert task.reservation == NUMBER

    house.sim.book.tasks["theirs"] = replace(task, id="theirs", key="Fix the lamp")
    house.sim.book.tasks[task.id] = replace(task, closed=True)
    await house.parts.look_at_tasks()
    await house.parts.look_at_tasks()

    assert sorted(await house.types("task")) == ["task.closed.v1", "task.seen.v1"]


def record_event(version: int) -> RecordEvent:
    """News of a guest request of the stay."""
    return RecordEvent(actor=system("records"), record=snapshot(version=version, stay_id=STAY))


async def test_words_go_with_the_guest_and_do_not_come_back(house: House) -> None:
    await house.booked()
    await house.ask("POST", f"/v1/stays/{STAY}/notes", {"text": "For Herr Canary"}, Idempotency_Key="note-00009")
    kept = await house.parts.stays.get(SCOPE, STAY)
    assert kept is not None
    erasing = house.parts.erasures

    async def erase(tx: Tx) -> int:
        whole = {"chain": CHAIN, "prop": [PROPERTY], "erased": True, "runs": 1}
        profiles = house.parts.chassis.mongo.collection("profiles")
        await profiles.update_one(
            {"_id": kept.stay.guest_id}, {"$set": whole, "$unset": {"body": 1, "search": 1}}, tx=tx
        )
        return await erasing._forget(tx, SCOPE, kept.stay.guest_id, [STAY])

    assert await house.parts.chassis.mongo.run(erase) == 2
    house.sim.book.change(NUMBER, adults=3, comment="Herr Canary again")
    await house.push(house.sim.book.told[-1])
    await house.parts.fetch_marked()
    await house.parts.send_orders()

    names = ("comments", "pms_orders", "profiles", "stays", "marks")
    assert "Canary" not in repr([await house.rows(name) for name in names])
    assert house.sim.book.notes == {}
