"""Payments against a provider that keeps state: at most one capture and none forgotten, books that tie out."""

import asyncio
import csv
import datetime as dt
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn

from services.integrations.app import Parts, assemble, parts
from services.integrations.domain.accounts import PaymentAccount
from services.integrations.domain.payments import KEY_LASTS
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.settings import Settings
from services.integrations.usecases.paying import CarryOut
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Role
from shared.contracts.records import LineKind, MoneyLine, RecordPostingRequested
from shared.contracts.staff import Mode
from shared.contracts.values import Money, Scope, stay_id
from tests.factories.access import bearer, becomes, grant, hotel, knowledge
from tests.factories.bookings import payloads, small_schedule
from tests.factories.records import ACTOR, CHAIN, NOON, PROPERTY, envelope, snapshot
from tests.factories.staff import TEAM, member
from tests.factories.standing import NO_BROKER, Standing
from tests.fakes.stripe_server import WEBHOOK_SECRET, StripeServer, signed
from tests.unit.integrations.test_money import dispute

pytestmark = pytest.mark.integration
FINANCE = member("fin", Role.FINANCE, properties=None)
AWAY = member("fin-away", Role.FINANCE, properties=("resort",))
CLERK = member("clerk", Role.ASSOCIATE, properties=None)
GRANTS = [grant("read", "charge", "refund", "decide", "close", "reconcile", kind="payment", roles=(Role.FINANCE,))]
SCOPE = Scope(chain=CHAIN)
DAY = NOON.date()


@dataclass
class House:
    """The service with a provider beside it."""

    standing: Standing
    have: Parts
    stripe: StripeServer
    token: str
    stay: str
    asked: int = 0

    def __post_init__(self) -> None:
        self.carry_out = CarryOut(self.have.money.payments, self.have.money.providers, self.have.chassis.clock)

    async def ask(self, method: str, path: str, body: Any = None, who: Any = FINANCE, **headers: str) -> httpx.Response:
        self.asked += 1
        sent = bearer(who, "integrations") | {"Idempotency-Key": f"key-{self.asked:08}"} | headers
        async with self.standing.client() as client:
            return await client.request(method, path, json=body, headers=sent)

    async def held(self, amount: int = 10_000) -> str:
        body = {"stay_id": self.stay, "amount": amount, "currency": "EUR", "method": "pm_card_visa"}
        said = await self.ask("POST", "/v1/payments", body)
        assert said.status_code == 201, said.text
        await self.carry_out()
        return str(said.json()["id"])

    async def go_on(self, payment: str, what: str, **body: Any) -> httpx.Response:
        return await self.ask("POST", f"/v1/payments/{payment}/{what}", body)

    async def shown(self, payment: str) -> dict[str, Any]:
        said: dict[str, Any] = (await self.ask("GET", f"/v1/payments/{payment}")).json()
        return said

    async def again(self) -> None:
        """As if half a minute had passed."""
        rows = self.have.chassis.mongo.collection("payments")
        await rows.update_many({"state": "sending"}, {"$set": {"claimed": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}})
        await self.carry_out()

    async def told(self, noun: str) -> list[Envelope]:
        """What was told of a noun, as its topic would carry it."""
        rows = await self.have.chassis.mongo.collection("events").find({}, sort=[("_id", 1)])
        found = [row for row in rows if row["type"].startswith(noun)]
        return [
            one
            for row in found
            for one in await self.have.chassis.outbox.history(SCOPE, row["agg"])
            if one.id == row["_id"]
        ]

    async def book(self) -> None:
        """The journal hears what was told."""
        each = next(one for one in self.standing.chassis.consumptions if one.spec.group.endswith("journal"))
        told = [*await self.told("posting."), *await self.told("payment.")]
        await self.standing.chassis.mongo.run(lambda tx: each.applier._handler.apply(tx, told))

    async def post(
        self, record: str, amount: int, kind: LineKind = LineKind.CHARGE, payment: str | None = None
    ) -> None:
        """A record asks for a line, and it is posted."""
        line = MoneyLine(id="line-1", kind=kind, amount=Money(amount=amount, currency="EUR"), payment=payment)
        body = RecordPostingRequested(actor=ACTOR, record=snapshot(record, stay_id=self.stay), line=line)
        await self.standing.hears(envelope("record.posting_requested.v1", record, 2, NOON, body))
        await self.have.post_charges()

    async def reconciled(self) -> dict[str, Any]:
        self.standing.at(NOON + dt.timedelta(hours=1))
        said = await self.ask("POST", "/v1/reconciliations", {"property_id": PROPERTY, "days": 2})
        assert said.status_code == 200, said.text
        shown: dict[str, Any] = said.json()
        return shown


@pytest.fixture
async def provider() -> AsyncIterator[tuple[StripeServer, str]]:
    """Stripe's simulator at an address of its own."""
    stripe = StripeServer()
    server = uvicorn.Server(uvicorn.Config(stripe.app, port=0, log_level="critical"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield stripe, f"http://127.0.0.1:{port}"
    server.force_exit = server.should_exit = True
    await running


@pytest.fixture
async def house(mongo_url: str, database_name: str, provider: tuple[StripeServer, str]) -> AsyncIterator[House]:
    stripe, url = provider
    account = PaymentAccount(
        property_id=PROPERTY, chain=CHAIN, api_key="sk_test_x", webhook_secret=WEBHOOK_SECRET, base_url=url
    )
    settings = Settings(
        mongo_url=mongo_url,
        mongo_database=database_name,
        kafka_servers=NO_BROKER,
        connections=specs(CHAIN),
        payment_accounts=(account,),
    )
    have = parts(settings)
    standing = Standing(have.chassis, assemble(have))
    await standing.prepare(knowledge([*TEAM, FINANCE, AWAY, CLERK], GRANTS, hotel(), hotel("resort")))
    await have.prepare()
    token = next(one.token for one in await have.connections.all(SCOPE) if one.property_id == PROPERTY)
    said = payloads(small_schedule())[0]
    async with standing.client() as client:
        path = f"/v1/pms/{PROPERTY}/{token}/hotel-bookings/events"
        assert (await client.post(path, json=said)).status_code == 202
    yield House(standing, have, stripe, token, stay_id(PROPERTY, NAME, said["reservation"]["number"]))
    await have.chassis.mongo.close()


async def test_hold_is_captured_in_part_and_given_back_in_part(house: House) -> None:
    payment = await house.held()
    assert (await house.go_on(payment, "capture", amount=4_500)).status_code == 201
    await house.carry_out()
    assert (await house.go_on(payment, "refund", amount=1_000)).status_code == 201
    await house.carry_out()
    shown = await house.shown(payment)
    assert (shown["held"], shown["captured"], shown["refunded"], shown["busy"]) == (10_000, 4_500, 1_000, False)
    assert (house.stripe.captured, house.stripe.given_back) == (4_500, 1_000)
    assert [one.type for one in await house.told("payment.")] == ["payment.requested.v1", "payment.done.v1"] * 3


async def test_hold_is_released(house: House) -> None:
    payment = await house.held()
    await house.go_on(payment, "release")
    await house.carry_out()
    assert (await house.shown(payment))["released"]
    assert [one["status"] for one in house.stripe.intents.values()] == ["canceled"]
    assert (await house.go_on(payment, "capture")).json()["code"] == "payment_settled"


async def test_declined_card_fails_and_says_why(house: House) -> None:
    house.stripe.decline = True
    shown = await house.shown(await house.held())
    assert [(one["state"], one["failure"]) for one in shown["operations"]] == [("failed", "card_declined")]


async def test_lost_answers_and_faults_make_one_capture(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.have.money.providers[PROPERTY]._client._requestor._client, "_timeout", 0.3)
    payment = await house.held()
    await house.go_on(payment, "capture", amount=4_500)
    house.stripe.lose = 2
    await house.carry_out()
    await house.again()
    house.stripe.fail = 1
    await house.again()
    await house.again()
    shown = await house.shown(payment)
    assert (shown["captured"], house.stripe.captured) == (4_500, 4_500)
    assert len({key for path, key in house.stripe.calls if path.endswith("capture")}) == 1


@pytest.mark.parametrize("line", ["claimed", "called", "settled"])
async def test_killed_at_any_line_there_is_one_capture_and_it_is_known(house: House, line: str) -> None:
    payment = await house.held()
    await house.go_on(payment, "capture")
    store, clock = house.have.money.payments, house.have.chassis.clock
    before = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    claimed = await store.claim(SCOPE, clock.real_now(), before)
    assert claimed
    outcome = {"claimed": False, "called": True, "settled": True}[line]
    after = await house.carry_out._outcome(claimed[0], clock.real_now()) if outcome else None
    kept = [after] if after and line == "settled" else []
    for each in kept:
        assert await store.settle(SCOPE, each, Provenance.fresh("test-correlation"))
    await house.again()
    await house.again()
    assert (await house.shown(payment))["captured"] == house.stripe.captured == 10_000


async def test_worker_that_was_frozen_and_wakes_up_captures_nothing_more(house: House) -> None:
    payment = await house.held()
    await house.go_on(payment, "capture")
    store, clock = house.have.money.payments, house.have.chassis.clock
    claimed = await store.claim(SCOPE, clock.real_now(), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert claimed
    await house.again()
    late = await house.carry_out._outcome(claimed[0], clock.real_now())
    assert late
    assert not await store.settle(SCOPE, late, Provenance.fresh("test-correlation"))
    assert (await house.shown(payment))["captured"] == house.stripe.captured == 10_000
    assert [one.type for one in await house.told("payment.done")] == ["payment.done.v1"] * 2


async def test_two_workers_at_once_capture_once(house: House) -> None:
    payments = [await house.held() for _ in range(5)]
    await asyncio.gather(*(house.go_on(one, "capture") for one in payments))
    await asyncio.gather(*(house.carry_out() for _ in range(4)))
    assert house.stripe.captured == 50_000
    assert {one["amount_received"] for one in house.stripe.intents.values()} == {10_000}


async def test_unknown_for_a_day_is_read_back_or_waits_for_a_person(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = house.have.chassis.clock
    done, lost = await house.held(), await house.held()
    for one in (done, lost):
        await house.go_on(one, "capture")
    real = clock.real_now()
    rows = house.have.chassis.mongo.collection("payments")
    tried = {"$set": {"state": "sending", "body.first_tried": (real - KEY_LASTS).isoformat()}}
    await rows.update_many({"state": "pending"}, tried | {"$set": tried["$set"] | {"claimed": real - KEY_LASTS}})
    reference = (await house.shown(done))["operations"][0]["provider_ref"]
    house.stripe.intents[reference] |= {"status": "succeeded", "amount_received": 10_000}
    calls = len(house.stripe.calls)
    await house.carry_out()

    states = [(await house.shown(one))["operations"][-1]["state"] for one in (done, lost)]
    assert states == ["done", "unknown"]
    assert not [path for path, _ in house.stripe.calls[calls:] if path.endswith("capture")]
    operation = (await house.shown(lost))["operations"][-1]["id"]
    said = {"outcome": "not_done", "reason": "Not in the dashboard."}
    decided = await house.ask("POST", f"/v1/payments/operations/{operation}/decision", said)
    again = await house.ask("POST", f"/v1/payments/operations/{operation}/decision", said)
    assert (decided.json()["state"], again.json()["code"]) == ("failed", "not_unknown")
    [kept] = await rows.find({"_id": operation})
    assert kept["body"]["decided_because"] == said["reason"]
    assert (await house.go_on(lost, "capture")).status_code == 201


async def test_command_sent_twice_holds_once(house: House) -> None:
    body = {"stay_id": house.stay, "amount": 100, "currency": "EUR", "method": "pm_card_visa"}
    one, two = [await house.ask("POST", "/v1/payments", body, **{"Idempotency-Key": "the-same-1"}) for _ in range(2)]
    assert one.json()["id"] == two.json()["id"]
    other = await house.ask("POST", "/v1/payments", body | {"amount": 1}, **{"Idempotency-Key": "the-same-1"})
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": -1}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"currency": "euro"}, "currency"),
        ({"method": "4111111111111111"}, "method"),
        ({"card": "x"}, "card"),
    ],
)
async def test_wrong_hold_is_refused_by_field_and_nothing_is_asked(
    house: House, change: dict[str, Any], field: str
) -> None:
    body = {"stay_id": house.stay, "amount": 100, "currency": "EUR", "method": "pm_card_visa"} | change
    said = await house.ask("POST", "/v1/payments", body)
    assert (said.status_code, [one["field"] for one in said.json()["breaches"]]) == (422, [field])
    assert await house.have.chassis.mongo.collection("payments").find({}) == []


async def test_others_may_not_and_other_hotels_do_not_exist(house: House) -> None:
    payment = await house.held()
    body = {"stay_id": house.stay, "amount": 100, "currency": "EUR", "method": "pm_card_visa"}
    answers = [
        await house.ask("POST", "/v1/payments", body, who=CLERK),
        await house.ask("GET", f"/v1/payments/{payment}", who=CLERK),
        await house.ask("POST", "/v1/payments", body, who=AWAY),
        await house.ask("GET", f"/v1/payments/{payment}", who=AWAY),
        await house.ask("POST", f"/v1/payments/{payment}/refund", {}, who=AWAY),
    ]
    assert [said.status_code for said in answers] == [403, 403, 404, 404, 404]


async def test_dispute_and_foreign_refund_are_told_once_and_ours_is_not(house: House) -> None:
    path = f"/v1/payments/{PROPERTY}/{house.token}/stripe/events"

    async def heard(payload: bytes, signature: str | None = None) -> httpx.Response:
        headers = {"Stripe-Signature": signature or signed(payload), "Content-Type": "application/json"}
        async with house.standing.client() as client:
            return await client.post(path, content=payload, headers=headers)

    refund = {"id": "re_9", "payment_intent": "pi_1", "amount": 700, "currency": "eur", "metadata": {}}
    foreign = dispute(id="evt_2", type="refund.created", data={"object": refund})
    ours = dispute(id="evt_3", type="refund.created", data={"object": refund | {"metadata": {"bellboard_key": "op-1"}}})
    said = [(await heard(each)).json()["new"] for each in (dispute(), dispute(), foreign, foreign, ours)]
    assert said == [True, False, True, False, False]
    assert [one.type for one in await house.told("finance.")] == ["finance.dispute_seen.v1", "finance.refund_seen.v1"]
    assert (await heard(dispute(), "t=1,v1=00")).status_code == 401


async def test_three_sides_that_agree_have_no_difference(house: House) -> None:
    await house.post("rec-1", 4_500)
    payment = await house.held()
    await house.go_on(payment, "capture", amount=4_500)
    await house.carry_out()
    assert (await house.reconciled())["items"] == []


async def test_each_difference_is_told_once_with_its_amounts_and_settled_when_it_is_gone(house: House) -> None:
    await house.post("rec-1", 4_500)
    await house.post("rec-2", 2_000)
    lines = house.have.chassis.mongo.collection("folio")
    rows = {row["amount"]["amount"]: row for row in await lines.find({})}
    await lines.update_one({"_id": rows[4_500]["_id"]}, {"$set": {"amount.amount": 5_400}})
    await lines.delete_one({"_id": rows[2_000]["_id"]})
    await lines.insert_one(rows[2_000] | {"_id": "by-hand", "amount": {"amount": 99, "currency": "EUR"}})

    first, second = await house.reconciled(), await house.reconciled()
    assert sorted(one["type"] for one in first["items"]) == ["missing_charge", "orphan", "wrong_amount"]
    assert (first["new"], second["new"], second["gone"]) == (3, 0, 0)
    told = await house.told("finance.")
    assert {one.type for one in told} == {"finance.difference_seen.v1"}
    wrong = next(one for one in first["items"] if one["type"] == "wrong_amount")
    assert (wrong["expected"]["amount"], wrong["found"]["amount"], wrong["gap"]["amount"]) == (4_500, 5_400, 900)
    assert wrong["record_id"] == "rec-1"

    await lines.update_one({"_id": rows[4_500]["_id"]}, {"$set": {"amount.amount": 4_500}})
    assert (await house.reconciled())["gone"] == 1
    assert [one.type for one in await house.told("finance.difference_settled")] == ["finance.difference_settled.v1"]
    listed = (await house.ask("GET", "/v1/differences?property=city")).json()["items"]
    assert len(listed) == 2


async def test_capture_that_only_the_provider_knows_is_an_orphan(house: House) -> None:
    await house.held()
    [intent] = house.stripe.intents.values()
    intent |= {"status": "succeeded", "amount_received": 777, "created": int(NOON.timestamp())}
    [found] = (await house.reconciled())["items"]
    assert (found["type"], found["on"], found["found"]["amount"]) == ("orphan", "provider", 777)


async def test_night_is_reconciled_once_and_again_when_the_provider_was_silent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconcile = house.have.money.reconcile(house.have.around)
    house.stripe.fail = 1
    hotels = len(await house.have.connections.all(SCOPE))
    assert await reconcile() == hotels - 1
    assert await reconcile() == 1
    assert await reconcile() == 0


async def test_each_kind_of_line_is_once_where_it_belongs_and_all_of_it_ties_out(house: House) -> None:
    for kind in LineKind:
        await house.post(f"rec-{kind.value}", 1_000, kind)
        await house.post(f"rec-{kind.value}", 1_000, kind)
    await house.book()

    mongo = house.have.chassis.mongo
    assert sorted(row["kind"] for row in await mongo.collection("folio").find({})) == ["charge", "deposit", "refund"]
    assert {row["state"] for row in await mongo.collection("postings").find({})} == {"done"}
    told = [(one, json.loads(one.value)["posting"]) for one in await house.told("posting.")]
    [(cost, said)] = [(one, said) for one, said in told if said["kind"] == "cost"]
    assert (cost.type, cost.sequence, said["folio"]) == ("posting.done.v1", 1, "house")
    assert (await house.reconciled())["items"] == []
    text = (await house.ask("GET", f"/v1/journal/{PROPERTY}/{DAY}")).text
    assert {one["kind"]: (one["debit"], one["credit"]) for one in csv.DictReader(io.StringIO(text))} == {
        "charge": ("guest_ledger", "revenue"),
        "refund": ("revenue", "guest_ledger"),
        "deposit": ("deposits", "guest_ledger"),
        "cost": ("house_cost", "accrued_cost"),
    }


async def test_deposit_takes_the_hold_once_and_is_on_the_folio_when_it_was_taken(house: House) -> None:
    payment = await house.held(10_000)
    await house.post("rec-1", 4_000, LineKind.DEPOSIT, payment)
    await house.post("rec-1", 4_000, LineKind.DEPOSIT, payment)
    mongo = house.have.chassis.mongo
    assert await mongo.collection("folio").find({}) == []

    await house.carry_out()
    await mongo.collection("postings").update_many({}, {"$set": {"next_try": None}})
    await house.have.post_charges()

    [line] = await mongo.collection("folio").find({})
    assert (line["kind"], line["amount"]["amount"]) == ("deposit", 4_000)
    [intent] = house.stripe.intents.values()
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 4_000)
    assert (await house.shown(payment))["captured"] == 4_000
    assert (await house.reconciled())["items"] == []
    await house.book()
    text = (await house.ask("GET", f"/v1/journal/{PROPERTY}/{DAY}")).text
    booked = {one["kind"]: (one["debit"], one["credit"]) for one in csv.DictReader(io.StringIO(text))}
    assert booked == {"payment_capture": ("card_clearing", "deposits"), "deposit": ("deposits", "guest_ledger")}


@pytest.mark.parametrize(
    ("amount", "known", "failure"), [(10_001, True, "beyond_payment"), (4_000, False, "payment_not_found")]
)
async def test_deposit_that_cannot_be_taken_is_on_no_folio_and_says_why(
    house: House, amount: int, known: bool, failure: str
) -> None:
    payment = await house.held(10_000)
    await house.post("rec-1", amount, LineKind.DEPOSIT, {True: payment, False: "pay-of-nobody"}[known])
    await house.carry_out()
    await house.have.post_charges()

    mongo = house.have.chassis.mongo
    assert await mongo.collection("folio").find({}) == []
    [posting] = await mongo.collection("postings").find({})
    assert (posting["state"], posting["body"]["posting"]["failure"]) == ("failed", "payment_failed")
    [taking] = await mongo.collection("payments").find({"state": "failed"})
    assert taking["body"]["operation"]["failure"] == failure
    assert [one.type for one in await house.told("payment.failed")] == ["payment.failed.v1"]


async def test_day_closes_once_and_late_lines_adjust_it(house: House) -> None:
    await house.post("rec-1", 4_500)
    await house.book()
    await house.book()
    path = f"/v1/journal/{PROPERTY}/{DAY}"
    early = await house.ask("POST", f"{path}/close", {})
    house.standing.at(NOON + dt.timedelta(days=1))
    closed = await house.ask("POST", f"{path}/close", {})
    again = await house.ask("POST", f"{path}/close", {})
    before = (await house.ask("GET", path)).text
    assert (early.json()["code"], closed.json()["lines"], again.json()["code"]) == ("day_running", 1, "day_closed")

    house.standing.at(NOON)
    await house.post("rec-2", 2_000, LineKind.REFUND)
    await house.book()
    assert (await house.ask("GET", path)).text == before
    text = (await house.ask("GET", f"/v1/journal/{PROPERTY}/{DAY + dt.timedelta(days=1)}")).text
    [late] = list(csv.DictReader(io.StringIO(text)))
    assert (late["adjusts_day"], late["amount"], late["debit"]) == (str(DAY), "20.00", "revenue")
    assert [one.type for one in await house.told("journal.")] == ["journal.closed.v1"]
    assert (await house.ask("GET", path, who=AWAY)).status_code == 404
    assert (await house.ask("GET", path, who=CLERK)).status_code == 403


async def test_nothing_is_asked_of_the_provider_when_the_hotel_is_a_shadow(house: House) -> None:
    becomes(Mode.SHADOW, house.have.chassis.policy)
    money = house.have.money
    house.carry_out = CarryOut(
        money.payments, money.providers, house.have.chassis.clock, house.have.chassis.policy.mode
    )

    payment = await house.held()

    [operation] = (await house.ask("GET", f"/v1/payments/{payment}")).json()["operations"]
    assert (operation["state"], operation["failure"]) == ("failed", "shadow_mode")
