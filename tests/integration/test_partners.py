"""Partners on a real store: what stands first, then what happens; signed, numbered, once, and slowed by nobody."""

import asyncio
import dataclasses
import datetime as dt
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet

from examples import webhook_subscriber
from services.integrations.adapters.seal import KeysFileSeal
from services.integrations.adapters.webhooks import HttpEndpoints
from services.integrations.api.partners import HOOK, PARTNER
from services.integrations.app import Parts, assemble, parts
from services.integrations.domain.deliveries import SCHEDULE
from services.integrations.ports.partners import TopicSilent
from services.integrations.settings import Settings
from services.integrations.store.partners import PartnerStore
from services.integrations.usecases.delivering import CallEndpoints, FillTopics, NumberDeliveries
from services.integrations.usecases.distributing import ListStanding
from shared.chassis.outbound import GuardedTransport
from shared.contracts.envelope import Envelope
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.guests import GuestErased
from shared.contracts.identity import Role, system
from shared.contracts.partner_versions import CURRENT
from shared.contracts.partners import MODELS
from shared.contracts.staff import Mode, StaffMember
from shared.contracts.values import SYSTEM_CHAIN, Scope
from tests.factories.access import bearer, becomes, grant, hotel, knowledge
from tests.factories.guest_events import stay_told
from tests.factories.guest_records import stay
from tests.factories.partner_majors import TWO_MAJORS
from tests.factories.records import CHAIN, NOON, Story, envelope, record_event, snapshot
from tests.factories.staff import TEAM, member
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration
ADMIN = member("admin", Role.CHAIN_ADMIN, properties=None)
LOCAL = member("local-admin", Role.CHAIN_ADMIN, properties=("city",))
PROGRAM = member("acme-program", Role.INTEGRATION, properties=None)
OTHER_PROGRAM = member("other-program", Role.INTEGRATION, properties=None)
GRANTS = [
    grant("read", "manage", kind="partner", roles=(Role.CHAIN_ADMIN,)),
    grant("subscribe", kind="partner", roles=(Role.INTEGRATION,)),
]
PUBLIC = "93.184.216.34"
EVERYTHING = {"delivery": "webhook", "url": "https://hooks.example/bellboard", "types": ["record.opened.v1"]}
TYPES = ["record.opened.v1", "record.accepted.v1", "record.completed.v1", "stay.booked.v1"]


async def _some() -> AsyncIterator[bytes]:
    yield b"x" * 10


class Endpoint(httpx.AsyncBaseTransport):
    """Partners' servers: what each host answers, and what it was sent. A host without an answer never ends."""

    def __init__(self) -> None:
        self.answers: dict[str, int] = {}
        self.sent: list[tuple[str, httpx.Headers, bytes]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.headers["host"]
        self.sent.append((host, request.headers, await request.aread()))
        if host not in self.answers:
            await asyncio.Event().wait()
        return httpx.Response(self.answers[host], content=_some())


class FakeTopics:
    """Partners' topics in memory."""

    def __init__(self) -> None:
        self.records: dict[str, list[tuple[str, bytes, dict[str, str]]]] = {}
        self.silent = False

    async def publish(self, topic: str, rows: Any) -> int:
        if self.silent:
            raise TopicSilent(topic)
        kept = self.records.setdefault(topic, [])
        kept += [(key, value, {name: said.decode() for name, said in headers}) for key, value, headers in rows]
        return len(rows)


@dataclass
class House:
    """The service with its partners' side driven by hand."""

    standing: Standing
    have: Parts
    endpoint: Endpoint
    topics: FakeTopics = field(default_factory=FakeTopics)
    asked: int = 0
    real: dt.datetime | None = None

    def __post_init__(self) -> None:
        side, clock = self.have.partners, self.have.chassis.clock
        begun = (0, side.contract, self.have.chassis.policy.mode)
        self.list = ListStanding(side.store, side.latest, side.deliveries, clock, *begun)
        self.number = NumberDeliveries(side.store, side.deliveries, clock)
        self.call = CallEndpoints(side.store, side.deliveries, side.endpoints, self.have.stays, clock, side.contract)
        self.fill = FillTopics(side.store, side.deliveries, self.topics, clock, side.contract)

    async def ask(
        self, method: str, path: str, body: Any = None, who: StaffMember = ADMIN, **headers: str
    ) -> httpx.Response:
        self.asked += 1
        sent = bearer(who, "integrations") | {"Idempotency-Key": f"key-{self.asked:08}"} | headers
        async with self.standing.client() as client:
            return await client.request(method, path, json=body, headers=sent)

    async def partner(self, **more: Any) -> None:
        said = await self.ask("POST", "/v1/partners", PARTNER | {"properties": None} | more)
        assert said.status_code == 201, said.text

    async def subscribed(self, partner: str = "acme-pms", **more: Any) -> dict[str, Any]:
        body = EVERYTHING | {"types": TYPES} | more
        said = await self.ask("POST", f"/v1/partners/{partner}/subscriptions", body)
        assert said.status_code == 201, said.text
        shown: dict[str, Any] = said.json()
        return shown

    async def move(self, one: dict[str, Any], path: str, body: Any = None) -> httpx.Response:
        where = f"/v1/partners/{one['partner']}/subscriptions/{one['id']}"
        version = (await self.ask("GET", where)).headers["etag"]
        return await self.ask("POST", f"{where}/{path}", body if body is not None else {}, **{"If-Match": version})

    async def hears(self, *events: Envelope) -> None:
        handler = next(each for each in self.standing.chassis.consumptions if each.spec.group.endswith("partners"))
        await self.standing.chassis.mongo.run(lambda tx: handler.applier._handler.apply(tx, events))

    async def round(self) -> None:
        """Everything that is due goes out."""
        await self.list()
        await self.number()
        await self.call()
        await self.call.idle()
        await self.fill()

    async def rows(self, one: dict[str, Any], **wanted: Any) -> list[dict[str, Any]]:
        found = self.have.chassis.mongo.collection("partner_deliveries")
        return await found.find({"sub": one["id"], **wanted}, sort=[("number", 1)])


@pytest.fixture
async def house(request: pytest.FixtureRequest, mongo_url: str, database_name: str) -> AsyncIterator[House]:
    """The service; a parameter is another contract with partners than the one in force."""
    settings = Settings(mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER, partners_settle_s=0)
    have, endpoint = parts(settings), Endpoint()

    async def resolve(host: str, _: int) -> list[str]:
        return ["10.0.0.7" if host.startswith("inside") else PUBLIC]

    guard = GuardedTransport(endpoint, resolve=resolve)
    other = {"endpoints": HttpEndpoints(guard, 0.5), "contract": getattr(request, "param", CURRENT)}
    have = dataclasses.replace(have, partners=dataclasses.replace(have.partners, **other))
    standing = Standing(have.chassis, assemble(have))
    staff = [*TEAM, ADMIN, LOCAL, PROGRAM, OTHER_PROGRAM]
    await standing.prepare(knowledge(staff, GRANTS, hotel(), hotel("resort")))
    await have.prepare()
    yield House(standing, have, endpoint)
    await have.partners.endpoints.aclose()
    await have.chassis.mongo.close()


def story(record_id: str = "rec-1") -> list[Envelope]:
    return Story(record_id).accepted(NOON).completed(NOON).events


async def test_new_subscription_is_told_what_stands_then_that_it_began_then_what_happens(house: House) -> None:
    house.endpoint.answers["hooks.example"] = 204
    opened, accepted, completed = story()
    await house.hears(opened, accepted, stay_told(stay()))
    await house.partner()
    one = await house.subscribed()
    await house.list()
    await house.hears(completed)

    await house.round()

    sent = [row["body"]["type"] for row in await house.rows(one)]
    assert sorted(sent[:2]) == ["record.listed.v1", "stay.listed.v1"]
    assert sent[2:] == ["subscription.started.v1", "record.completed.v1"]
    assert [row["number"] for row in await house.rows(one)] == [1, 2, 3, 4]
    assert {row["state"] for row in await house.rows(one)} == {"done"}


async def test_plain_fastapi_subscriber_takes_it_all_doubled_and_shuffled(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.partner()
    one = await house.subscribed(sandbox=True)
    monkeypatch.setenv("BELLBOARD_SECRET", one["secret"])
    receiver = httpx.AsyncClient(
        transport=httpx.ASGITransport(webhook_subscriber.app), base_url="https://hooks.example"
    )
    house.endpoint.answers["hooks.example"] = 204
    path = f"/v1/partners/acme-pms/subscriptions/{one['id']}/sandbox"

    said = await house.ask("POST", path, {"doubled": True, "shuffled": True})
    await house.round()

    replies = [
        await receiver.post("/bellboard", content=body, headers=dict(headers))
        for _, headers, body in house.endpoint.sent
    ]
    assert {reply.status_code for reply in replies} == {204}
    assert said.json()["count"] == len(replies) == 2 * len(webhook_subscriber.seen)
    forged = dict(house.endpoint.sent[0][1]) | {"webhook-id": "evt-other"}
    assert (await receiver.post("/bellboard", content=house.endpoint.sent[0][2], headers=forged)).status_code == 401


async def test_event_heard_twice_and_command_sent_twice_have_one_effect(house: House) -> None:
    await house.partner()
    path = "/v1/partners/acme-pms/subscriptions"
    first = await house.ask("POST", path, EVERYTHING | {"types": TYPES}, **{"Idempotency-Key": "same-key-1"})
    again = await house.ask("POST", path, EVERYTHING | {"types": TYPES}, **{"Idempotency-Key": "same-key-1"})
    await house.hears(*story())
    await house.hears(*story())
    await house.round()

    assert again.json()["id"] == first.json()["id"]
    assert (first.json()["secret"] is None, again.json()["secret"]) == (False, None)
    assert len(await house.rows(first.json(), **{"body.type": "record.opened.v1"})) == 1


async def test_endpoint_that_hangs_slows_no_other(house: House) -> None:
    house.endpoint.answers["fast.example"] = 200
    await house.partner()
    await house.partner(id="slow", name="Slow")
    slow = await house.subscribed("slow", url="https://slow.example/x")
    fast = await house.subscribed(url="https://fast.example/x")
    await house.list()
    await house.number()
    await house.call()
    await house.hears(*story())
    await house.number()
    async with asyncio.timeout(5):
        while len(await house.rows(fast, state="done")) < 4:
            await house.call()
            await asyncio.sleep(0.01)
    assert [row["attempts"] for row in await house.rows(slow, state="done")] == []
    await house.call.idle()
    assert [row["fault"] for row in await house.rows(slow, attempts=1)] == ["timeout"]


async def test_endpoint_down_for_six_days_is_disabled_and_a_replay_delivers_all(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.endpoint.answers["hooks.example"] = 500
    clock = house.have.chassis.clock
    now = [clock.real_now()]
    monkeypatch.setattr(clock, "real_now", lambda: now[0])
    await house.partner()
    one = await house.subscribed()
    await house.hears(*story())
    for tries in range(60):
        await house.round()
        now[0] += dt.timedelta(hours=3)
        house.standing.chassis.policy.known.heartbeat = now[0]
        await house.hears(*story(f"rec-{tries}"))
    where = f"/v1/partners/acme-pms/subscriptions/{one['id']}"
    stopped = (await house.ask("GET", where)).json()
    assert (stopped["state"], stopped["why"]) == ("disabled", "failing")
    assert await house.standing.said(f"subscription:{one['id']}") == [
        "subscription.made.v1",
        "subscription.disabled.v1",
    ]

    house.endpoint.answers["hooks.example"] = 200
    assert (await house.move(one, "resume")).json()["state"] == "active"
    await house.number()
    spell = {"since": "2026-03-01T00:00:00Z", "until": "2027-03-01T00:00:00Z"}
    count = (await house.ask("POST", f"{where}/replay", spell)).json()["count"]
    for _ in range(4):
        await house.round()
    rows = await house.rows(one)
    assert count >= len(rows) - 1
    assert {row["state"] for row in rows} == {"done"}
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))


async def test_gone_endpoint_is_called_no_more(house: House) -> None:
    house.endpoint.answers["hooks.example"] = 410
    await house.partner()
    one = await house.subscribed()
    await house.round()
    shown = (await house.ask("GET", f"/v1/partners/acme-pms/subscriptions/{one['id']}")).json()
    assert (shown["state"], shown["why"]) == ("disabled", "gone")
    calls = len(house.endpoint.sent)
    await house.hears(*story())
    await house.round()
    assert len(house.endpoint.sent) == calls


async def test_worker_that_died_between_call_and_word_sends_the_same_id_again(house: House) -> None:
    house.endpoint.answers["hooks.example"] = 200
    await house.partner()
    one = await house.subscribed()
    await house.list()
    await house.number()
    side, clock = house.have.partners, house.have.chassis.clock
    claimed = await side.deliveries.claim(house_scope(), one["id"], clock.real_now(), 5)
    assert len(claimed) == 1
    await house.call()
    await house.call.idle()
    assert house.endpoint.sent == []
    later = clock.real_now() + dt.timedelta(seconds=61)
    again = await side.deliveries.claim(house_scope(), one["id"], later, 5)
    assert [each.id for each in again] == [each.id for each in claimed]


def house_scope() -> Scope:
    return Scope(chain=CHAIN)


async def test_identity_is_looked_up_when_it_is_sent_and_kept_nowhere(house: House) -> None:
    house.endpoint.answers["hooks.example"] = 200
    connections = house.have.chassis.mongo.collection("profiles")
    guest = stay().guest_id
    body = {"id": guest, "chain": CHAIN, "properties": ["city"], "version": 1, "first_name": "Zephyrinchen"}
    body |= {"last_name": "Kanarienvogel", "source_time": NOON.isoformat()}
    row = {"_id": guest, "chain": CHAIN, "prop": ["city"], "ver": 1, "body": body, "search": []}
    await connections.insert_one(row)
    await house.partner(classes=["ordinary", "guest_identity"])
    plain = await house.subscribed(types=["stay.booked.v1"], url="https://hooks.example/plain")
    named = await house.subscribed(types=["stay.booked.v1"], classes=["ordinary", "guest_identity"])
    await house.round()
    house.endpoint.sent.clear()
    await house.hears(stay_told(stay()))
    await house.round()

    said = {headers["webhook-id"]: body for _, headers, body in house.endpoint.sent}
    ids = {one["id"]: (await house.rows(one))[-1]["event"] for one in (plain, named)}
    assert b"Kanarienvogel" not in said[ids[plain["id"]]]
    assert b"Kanarienvogel" in said[ids[named["id"]]]
    assert "Kanarienvogel" not in str(await house.rows(named)) + str(await house.rows(plain))


async def test_topic_is_filled_in_order_and_waits_while_it_is_missing(house: House) -> None:
    await house.partner()
    await house.subscribed(delivery="topic", url=None)
    house.topics.silent = True
    await house.hears(*story())
    await house.round()
    house.topics.silent = False
    house.fill._silent.clear()
    await house.round()

    [records] = house.topics.records.values()
    assert list(house.topics.records) == ["ext.acme-pms.v1"]
    assert [headers["ce_partnersequence"] for _, _, headers in records] == ["1", "2", "3", "4"]
    assert {key for key, _, headers in records if headers["ce_type"].startswith("record.")} == {"rec-1"}
    assert len(await house.have.chassis.mongo.collection("partner_deliveries").find({"state": "done"})) == 4


async def test_everyone_is_told_whom_to_forget(house: House) -> None:
    await house.partner(properties=["resort"])
    one = await house.subscribed(types=["record.opened.v1"], properties=["resort"])
    body = GuestErased(
        actor=system("integrations"), guest_id="guest-1", stay_ids=("stay-1",), reason_code="guest_asked"
    )
    await house.hears(envelope("guest.erased.v1", "guest-1", 1, NOON, body), record_event("opened", snapshot(), NOON))
    await house.round()
    told = [row["body"] for row in await house.rows(one)]
    assert [row["type"] for row in told] == ["subscription.started.v1", "guest.erased.v1"]
    assert told[1]["data"]["guest"] == {"guest_id": "guest-1"}


async def test_partners_own_program_manages_its_own_and_sees_no_other(house: House) -> None:
    await house.partner(account_id=PROGRAM.id)
    await house.partner(id="other", name="Other", account_id=OTHER_PROGRAM.id)
    made = await house.ask("POST", "/v1/partners/acme-pms/subscriptions", EVERYTHING, who=PROGRAM)
    assert made.status_code == 201, made.text
    answers = [
        await house.ask("GET", "/v1/partners/other", who=PROGRAM),
        await house.ask("POST", "/v1/partners/other/subscriptions", EVERYTHING, who=PROGRAM),
        await house.ask("GET", "/v1/partners", who=PROGRAM),
        await house.ask("GET", "/v1/partners/nobody", who=PROGRAM),
        await house.ask("POST", "/v1/partners", PARTNER | {"id": "mine"}, who=PROGRAM),
        await house.ask("GET", "/v1/partners/acme-pms", who=LOCAL),
    ]
    assert {answer.status_code for answer in answers} == {403}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://hooks.example/x"}, "url"),
        ({"url": "https://127.0.0.1/x"}, "url"),
        ({"url": "https://inside.example/x"}, "url"),
        ({"url": None}, "url"),
        ({"delivery": "topic"}, "url"),
        ({"types": ["staff.hired.v1"]}, "types.0"),
        ({"types": []}, "types"),
        ({"fields": ["record.owner"]}, "fields.0"),
        ({"classes": ["payment"]}, "classes"),
        ({"classes": ["staff"]}, "classes"),
        ({"properties": ["mars"]}, "properties"),
        ({"secret": "mine"}, "secret"),
    ],
)
async def test_wrong_subscription_is_refused_by_field_and_changes_nothing(
    house: House, change: dict[str, Any], field: str
) -> None:
    await house.partner()
    said = await house.ask("POST", "/v1/partners/acme-pms/subscriptions", HOOK | {"types": TYPES} | change)
    assert said.status_code == 422
    assert field in [breach["field"] for breach in said.json()["breaches"]]
    assert await house.have.chassis.mongo.collection("subscriptions").find({}) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "Acme"}, "id"),
        ({"name": " "}, "name"),
        ({"classes": ["staff"]}, "classes"),
        ({"properties": ["x"]}, "properties"),
    ],
)
async def test_wrong_partner_is_refused_by_field(house: House, change: dict[str, Any], field: str) -> None:
    said = await house.ask("POST", "/v1/partners", PARTNER | change)
    assert (said.status_code, [breach["field"] for breach in said.json()["breaches"]]) == (422, [field])
    assert await house.have.chassis.mongo.collection("partners").find({}) == []


async def test_what_does_not_fit_its_standing_is_a_conflict(house: House) -> None:
    await house.partner()
    one = await house.subscribed(delivery="topic", url=None)
    where = f"/v1/partners/acme-pms/subscriptions/{one['id']}"
    twice = await house.ask(
        "POST", "/v1/partners/acme-pms/subscriptions", EVERYTHING | {"delivery": "topic", "url": None}
    )
    answers = [
        (await house.ask("POST", "/v1/partners", PARTNER), "partner_exists"),
        (twice, "topic_taken"),
        (await house.move(one, "resume"), "subscription_stands"),
        (await house.move(one, "secret"), "no_secret"),
        (await house.ask("POST", f"{where}/sandbox", {}), "not_sandbox"),
    ]
    assert [(said.status_code, said.json()["code"]) for said, _ in answers] == [(409, code) for _, code in answers]
    old = await house.ask("POST", f"{where}/end", {}, **{"If-Match": '"99"'})
    none = await house.ask("POST", f"{where}/end", {})
    assert (old.status_code, none.status_code) == (412, 428)
    assert (await house.move(one, "end")).status_code == 200
    assert (await house.ask("GET", where)).status_code == 404
    assert (
        await house.ask("POST", f"{where}/replay", {"ids": ["a"], "since": "2026-01-01T00:00:00Z"})
    ).status_code == 422


async def test_signing_secret_lies_sealed_and_is_sealed_anew_by_a_new_key(house: House, tmp_path: Path) -> None:
    await house.partner()
    one = await house.subscribed()
    mongo = house.have.chassis.mongo
    rows = mongo.collection("subscriptions")
    [row] = await rows.find({"_id": one["id"]})
    assert one["secret"] not in repr(row)
    assert "whsec_" not in repr(row)

    plain = {"body.secrets.0.value": one["secret"]}
    await rows.update_one({"_id": one["id"]}, {"$set": plain})
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()

    def store(*keys: str) -> PartnerStore:
        (tmp_path / "seal.keys").write_text("\n".join(keys))
        return PartnerStore(mongo, house.have.chassis.outbox, house.have.chassis.idempotency, KeysFileSeal(tmp_path))

    every = Scope(chain=SYSTEM_CHAIN)
    assert [await store(old).reseal(every), await store(old).reseal(every)] == [1, 0]
    assert [await store(new, old).reseal(every), await store(new, old).reseal(every)] == [1, 0]
    kept = await store(new).subscription(Scope(chain=CHAIN), "acme-pms", one["id"])
    assert kept is not None
    assert kept.secrets[0].value == one["secret"]
    assert "whsec_" not in repr(await rows.find({"_id": one["id"]}))


async def test_rotation_signs_with_both_secrets_and_ping_tries_the_line(house: House) -> None:
    house.endpoint.answers["hooks.example"] = 200
    await house.partner()
    one = await house.subscribed()
    await house.round()
    rotated = (await house.move(one, "secret")).json()
    assert rotated["secret"] not in (None, one["secret"])
    ping = await house.ask("POST", f"/v1/partners/acme-pms/subscriptions/{one['id']}/ping", {})
    await house.round()
    _, headers, body = house.endpoint.sent[-1]
    assert ping.json() == {"count": 1}
    assert b"subscription.pinged.v1" in body
    assert len(headers["webhook-signature"].split()) == 2
    shown = (await house.ask("GET", f"/v1/partners/acme-pms/subscriptions/{one['id']}/deliveries")).json()["items"]
    assert [(item["number"], item["type"], item["status"]) for item in shown] == [
        (2, "subscription.pinged.v1", 200),
        (1, "subscription.started.v1", 200),
    ]


async def test_contract_page_names_types_fields_schedule_and_schemas(house: House) -> None:
    contract = (await house.ask("GET", "/v1/partner-contract")).json()
    assert contract["retry_schedule_s"] == [int(wait.total_seconds()) for wait in SCHEDULE]
    assert "guest.erased.v1" in contract["always"]
    assert contract["changes"]
    for event_type in contract["types"]:
        schema = await house.ask("GET", f"/v1/partner-contract/schemas/{event_type}")
        assert schema.json()["required"][0] in MODELS
    assert (await house.ask("GET", "/v1/partner-contract/schemas/staff.hired.v1")).status_code == 404
    assert (await house.ask("GET", "/v1/partner-contract/asyncapi")).json()["asyncapi"] == "3.0.0"


@pytest.mark.parametrize("house", [TWO_MAJORS], indirect=True)
async def test_old_major_runs_beside_the_new_one_by_webhook_and_on_the_topic(house: House) -> None:
    house.endpoint.answers["hooks.example"] = 200
    await house.partner()
    both = [f"record.{verb}.v{major}" for verb in ("opened", "completed") for major in (1, 2)]
    await house.hears(*story("rec-before"))
    by_hook = await house.subscribed(types=both)
    on_topic = await house.subscribed(types=both, delivery="topic", url=None)
    await house.round()
    await house.hears(*story())
    await house.round()

    wanted = ["record.listed.v1", "record.listed.v2", "subscription.started.v1", *sorted(both, reverse=True)]
    for one in (by_hook, on_topic):
        rows = await house.rows(one)
        assert sorted(row["body"]["type"] for row in rows) == sorted(wanted)
        assert [row["number"] for row in rows] == list(range(1, len(wanted) + 1))
        assert {row["state"] for row in rows} == {"done"}
    sent = {json.loads(body)["type"]: (headers, json.loads(body)) for _, headers, body in house.endpoint.sent}
    assert sent["record.opened.v1"][1]["data"]["record"]["status"] == "new"
    assert sent["record.opened.v2"][1]["data"]["record"]["state"]["code"] == "new"
    ends = ("@1796083200", "Wed, 01 Dec 2027 00:00:00 GMT")
    said = {name: (headers.get("deprecation"), headers.get("sunset")) for name, (headers, _) in sent.items()}
    old = {"record.listed.v1", "record.opened.v1", "record.completed.v1"}
    assert {name for name, dates in said.items() if dates == ends} == old
    assert said["record.opened.v2"] == (None, None)
    on_it = {headers["ce_type"]: headers for _, _, headers in house.topics.records["ext.acme-pms.v1"]}
    assert on_it["record.opened.v1"]["ce_sunset"] == "2027-12-01T00:00:00.000Z"
    assert "ce_sunset" not in on_it["record.opened.v2"]

    contract = (await house.ask("GET", "/v1/partner-contract")).json()
    ending = next(each for each in contract["deprecated"] if each["type"] == "record.opened.v1")
    assert (ending["deprecation"], ending["sunset"]) == ("2026-12-01", "2027-12-01")
    assert contract["changes"][0]["day"] == "2026-12-01"
    schema = await house.ask("GET", "/v1/partner-contract/schemas/record.opened.v1")
    assert (schema.headers["deprecation"], schema.headers["sunset"]) == ends


async def test_sandbox_of_types_that_are_not_published_is_refused_by_field(house: House) -> None:
    await house.partner()
    one = await house.subscribed(sandbox=True)
    for strange in ("staff.hired.v1", "record.opened.v9", "record.sung.v1"):
        said = await house.move(one, "sandbox", {"types": ["record.opened.v1", strange]})
        assert (said.status_code, [each["field"] for each in said.json()["breaches"]]) == (422, ["types.1"])
    assert await house.rows(one) == []


async def test_closed_partner_hears_nothing_more(house: House) -> None:
    house.endpoint.answers["hooks.example"] = 200
    await house.partner()
    one = await house.subscribed()
    await house.round()
    closed = await house.ask("POST", "/v1/partners/acme-pms/close", {}, **{"If-Match": '"1"'})
    assert (closed.status_code, closed.json()["closed"]) == (200, True)
    calls = len(house.endpoint.sent)
    await house.hears(*story())
    await house.round()
    assert len(house.endpoint.sent) == calls
    assert (await house.ask("GET", f"/v1/partners/acme-pms/subscriptions/{one['id']}")).status_code == 404
    late = await house.ask("POST", "/v1/partners/acme-pms/subscriptions", EVERYTHING)
    assert (late.status_code, late.json()["code"]) == (409, "partner_closed")


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.TRAINING])
async def test_partner_hears_nothing_of_a_hotel_that_is_no_real_one_yet(house: House, mode: Mode) -> None:
    becomes(mode, house.have.chassis.policy)
    await house.partner()
    before = await house.subscribed()
    await house.hears(*story())
    await house.round()
    after = await house.subscribed(url="https://later.example/x")
    await house.round()

    told = [row["body"]["type"] for one in (before, after) for row in await house.rows(one)]
    assert told == ["subscription.started.v1"] * 2


async def test_event_for_a_partner_waits_when_nobody_has_told_of_its_hotel(house: House) -> None:
    await house.partner()
    await house.subscribed()
    del house.have.chassis.policy.known.properties["city"]

    with pytest.raises(AppError) as waits:
        await house.hears(*story())

    assert waits.value.kind is ErrorKind.UNAVAILABLE
